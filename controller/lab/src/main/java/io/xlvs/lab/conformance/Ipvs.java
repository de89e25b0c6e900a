// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import io.xlvs.lab.Command;
import io.xlvs.lab.LabException;
import io.xlvs.lab.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** IPVS of the running kernel, asked with ipvsadm, in the director's namespace. Its clock is everybody's: time that shall pass is waited for. */
final class Ipvs implements Balancer {
  private final Namespace director;

  Ipvs(Namespace director) {
    this.director = director;
    Command.Result probe = Command.attempt(director.wrap(List.of("ipvsadm", "-Ln")), "", Map.of());
    if (probe.status() != 0) {
      throw new LabException("recording wants ipvsadm and a kernel with ip_vs: " + probe.err().strip());
    }
  }

  @Override
  public List<String> ipvsadm(List<String> words) {
    List<String> command = new ArrayList<>(List.of("ipvsadm"));
    command.addAll(words);
    return Xlvs.lines(Command.attempt(director.wrap(command), "", Map.of()));
  }

  @Override
  public List<String> sysctl(String name, String value) {
    director.run("sh", "-c", "echo " + value + " > /proc/sys/net/ipv4/vs/" + name);
    return List.of();
  }

  @Override
  public void pass(int seconds) {
    try {
      Thread.sleep(seconds * 1000L);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted", e);
    }
  }
}
