// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import io.xlvs.controller.dataplane.JiffiesRate;
import io.xlvs.lab.Family;
import io.xlvs.lab.Lab;
import io.xlvs.lab.LabOptions;
import io.xlvs.lab.Mode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** A lab for scenarios: a client with many addresses, and real servers behind xlvs or behind IPVS. */
final class Stage implements AutoCloseable {
  /** The client has so many addresses beside its own, counted up from 10.0.0.20 and fd00::20. */
  private static final int CLIENTS = 80;

  private final Lab lab;
  private final Balancer balancer;
  private final Traffic traffic;

  private Stage(Lab lab, Balancer balancer) {
    this.lab = lab;
    this.balancer = balancer;
    this.traffic = new Traffic(lab.client());
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      lines.add("address add 10.0.0." + (20 + i) + "/24 dev eth0");
      lines.add("address add fd00::" + Integer.toHexString(0x20 + i) + "/64 dev eth0 nodad");
    }
    lab.clientNamespace().ip(lines.toArray(String[]::new));
  }

  /** In front of xlvs. */
  static Stage xlvs() throws IOException {
    Lab lab = Lab.open(LabOptions.DEFAULT);
    return open(lab, () -> new Xlvs(lab.director(), JiffiesRate.detect()));
  }

  /** In front of the running kernel's ip_vs. */
  static Stage ipvs() throws IOException {
    Lab lab = Lab.openForIpvs(LabOptions.DEFAULT);
    return open(lab, () -> new Ipvs(lab.director().namespace()));
  }

  private static Stage open(Lab lab, Supplier<Balancer> balancer) throws IOException {
    try {
      Stage stage = new Stage(lab, balancer.get());
      stage.warmUp();
      return stage;
    } catch (IOException | RuntimeException e) {
      lab.close();
      throw e;
    }
  }

  /** A server's first answer takes it long, longer than a scenario waits. */
  private void warmUp() throws IOException {
    for (int number = 1; number <= Family.SERVERS; number++) {
      traffic.connect(Connections.parse(List.of("4", "to", Family.IPV4.server(number) + ":" + Mode.NAT.serverHttpPort())));
    }
  }

  List<List<String>> play(Scenario scenario) throws IOException {
    return new Player(balancer, traffic).play(scenario);
  }

  @Override
  public void close() throws IOException {
    traffic.close();
    lab.close();
  }
}
