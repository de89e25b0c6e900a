// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import io.xlvs.lab.Command;
import io.xlvs.lab.LabException;
import io.xlvs.lab.Namespace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** IPVS of the running kernel, asked with ipvsadm, in the director's namespace. Its clock is everybody's: time that shall pass is waited for. */
final class Ipvs implements Balancer {
  private static final String SYSCTLS = "/proc/sys/net/ipv4/vs/";

  /** The director's interface towards clients. */
  private static final String FRONT = "eth0";

  private final Namespace director;
  private final Map<String, String> before = new LinkedHashMap<>();
  private boolean marks;

  Ipvs(Namespace director) {
    this.director = director;
    Command.Result probe = Command.attempt(director.wrap(List.of("ipvsadm", "-Ln")), "", Map.of());
    if (probe.status() != 0) {
      throw new LabException("recording wants ipvsadm and a kernel with ip_vs: " + probe.err().strip());
    }
  }

  @Override
  public List<String> ipvsadm(List<String> words, String input) {
    List<String> command = new ArrayList<>(List.of("ipvsadm"));
    command.addAll(words);
    return Balancer.lines(Command.attempt(director.wrap(command), input, Map.of()));
  }

  @Override
  public List<String> sysctl(String name, String value) {
    before.putIfAbsent(name, director.run("cat", SYSCTLS + name).strip());
    director.run("sh", "-c", "echo " + value + " > " + SYSCTLS + name);
    return List.of();
  }

  @Override
  public long pass(int seconds) {
    long start = System.nanoTime();
    try {
      Thread.sleep(seconds * 1000L);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted", e);
    }
    return System.nanoTime() - start - seconds * 1_000_000_000L;
  }

  /** By tc, which wants no iptables: IPVS does not ask who marked a packet. */
  @Override
  public void mark(int mark, String destination, String protocol, String ports) {
    boolean v6 = destination.contains(":");
    if (!marks) {
      director.run("tc", "qdisc", "add", "dev", FRONT, "clsact");
      marks = true;
    }
    if (destination.contains("/")) {
      director.run("ip", v6 ? "-6" : "-4", "route", "replace", "local", destination, "dev", "lo");
    }
    String filter = "tc filter add dev " + FRONT + " ingress protocol " + (v6 ? "ipv6" : "ip") + " flower dst_ip " + destination;
    String action = " action skbedit mark " + mark;
    if (protocol.isEmpty() || ports.equals("all")) {
      director.run((filter + (protocol.isEmpty() ? "" : " ip_proto " + protocol) + action).split(" "));
      return;
    }
    for (String port : ports.split(",")) {
      director.run((filter + " ip_proto " + protocol + " dst_port " + port + action).split(" "));
    }
  }

  @Override
  public void reset() {
    if (marks) {
      director.run("tc", "qdisc", "del", "dev", FRONT, "clsact");
      marks = false;
    }
    director.run("sh", "-c", "ipvsadm -C && ipvsadm --set " + Xlvs.TIMEOUTS);
    before.forEach((name, value) -> director.run("sh", "-c", "echo " + value + " > " + SYSCTLS + name));
    before.clear();
  }
}
