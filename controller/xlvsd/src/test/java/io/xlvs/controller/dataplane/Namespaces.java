// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.loader.net.NetNs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A client, a director and two servers in network namespaces of this test's own: client 10.71.0.10, director 10.71.0.1 on eth0;
 * server N 10.71.N.10, director 10.71.N.1 on ethN. IPv6 the same with fd71:N::.
 */
final class Namespaces implements AutoCloseable {
  private static final String PREFIX = "xlvs-dp-" + ProcessHandle.current().pid() + "-";

  final String client = PREFIX + "c";
  final String director = PREFIX + "d";
  private final List<String> all = new ArrayList<>();

  Namespaces() throws Exception {
    try {
      add(director);
      ip("-n " + director + " link set lo up");
      join(client, 0);
      join(server(1), 1);
      join(server(2), 2);
      sysctl(director, "net/ipv4/ip_forward=1", "net/ipv6/conf/all/forwarding=1");
    } catch (Exception | AssertionError e) {
      close();
      throw e;
    }
  }

  String server(int number) {
    return PREFIX + "s" + number;
  }

  private void add(String name) {
    ip("netns add " + name);
    all.add(name);
  }

  private void join(String host, int number) {
    add(host);
    ip("-n " + host + " link set lo up");
    wire(host, number, "");
  }

  /** Removes a server's wire, both ends. */
  void cut(int number) {
    ip("-n " + director + " link del eth" + number);
  }

  /** Makes it again. */
  void wireAgain(int number, String options) {
    wire(server(number), number, options);
  }

  private void wire(String host, int number, String options) {
    ip("-n " + director + " link add eth" + number + options + " type veth peer name eth0 netns " + host);
    configure(director, "eth" + number, number, "1");
    configure(host, "eth0", number, "10");
    ip("-n " + host + " route add default via 10.71." + number + ".1");
    ip("-n " + host + " -6 route add default via fd71:" + number + "::1");
    // XDP redirects into a veth only when its peer polls; and packets must carry whole checksums.
    run("ip netns exec " + host + " ethtool -K eth0 gro on tx off");
  }

  /** Has the sockets of a host leave checksums and segments to its device, as they do unless told otherwise. */
  static void offload(String host) {
    run("ip netns exec " + host + " ethtool -K eth0 gro off tx on tso on gso on");
  }

  /** Interfaces, addresses and all: what a command says in the director. */
  String inDirector(String line) {
    return run("ip netns exec " + director + " " + line);
  }

  private static void configure(String host, String device, int number, String address) {
    ip("-n " + host + " addr add 10.71." + number + "." + address + "/24 dev " + device);
    ip("-n " + host + " addr add fd71:" + number + "::" + address + "/64 dev " + device + " nodad");
    ip("-n " + host + " link set " + device + " up");
  }

  /** Runs something on a thread of its own inside a namespace. */
  static <T> T in(String namespace, Callable<T> body) throws Exception {
    FutureTask<T> task =
        new FutureTask<>(
            () -> {
              try (NetNs inside = NetNs.enter(namespace)) {
                return body.call();
              }
            });
    Thread thread = new Thread(task, "in " + namespace);
    thread.start();
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  /** Sets values below /proc/sys, which shows the namespace of who writes it; the program sysctl is not everywhere. */
  static void sysctl(String namespace, String... assignments) throws Exception {
    for (String assignment : assignments) {
      String[] words = assignment.split("=");
      in(namespace, () -> Files.writeString(Path.of("/proc/sys", words[0]), words[1]));
    }
  }

  static void ip(String arguments) {
    run("ip " + arguments);
  }

  static String run(String line) {
    try {
      Process process = new ProcessBuilder(line.split(" ")).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as("%s: %s", line, output).isZero();
      return output;
    } catch (IOException | InterruptedException e) {
      throw new AssertionError("cannot run " + line, e);
    }
  }

  @Override
  public void close() {
    for (String name : all) {
      ip("netns del " + name);
    }
    all.clear();
  }
}
