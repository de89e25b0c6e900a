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
import java.util.stream.Collectors;

/** A lab for scenarios: a client with many addresses, and real servers behind xlvs or behind IPVS. */
final class Stage implements AutoCloseable {
  /** The client has so many addresses beside its own, counted up from 10.0.0.20 and fd00::20. */
  private static final int CLIENTS = 80;

  /** Destinations for services of firewall marks: no addresses of anybody's. */
  private static final String MARKED = "10.9.0.0/16";

  private final Lab lab;
  private final Balancer balancer;
  private final Traffic traffic;
  private final Wire wire;
  private final boolean recording;

  private Stage(Lab lab, Balancer balancer, boolean recording) {
    this.lab = lab;
    this.balancer = balancer;
    this.recording = recording;
    this.traffic = new Traffic(lab.client());
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      lines.add("address add 10.0.0." + (20 + i) + "/24 dev eth0");
      lines.add("address add fd00::" + Integer.toHexString(0x20 + i) + "/64 dev eth0 nodad");
    }
    lines.add("route add " + MARKED + " via " + Family.IPV4.directorFront());
    lab.clientNamespace().ip(lines.toArray(String[]::new));
    this.wire = new Wire(lab, recording);
  }

  /** In front of xlvs. */
  static Stage xlvs() throws IOException {
    Lab lab = Lab.open(LabOptions.DEFAULT);
    return open(lab, () -> new Xlvs(lab.director(), JiffiesRate.detect()), false);
  }

  /** In front of the running kernel's ip_vs. */
  static Stage ipvs() throws IOException {
    Lab lab = Lab.openForIpvs(LabOptions.DEFAULT);
    return open(lab, () -> new Ipvs(lab.director().namespace()), true);
  }

  private static Stage open(Lab lab, Supplier<Balancer> balancer, boolean recording) throws IOException {
    try {
      Stage stage = new Stage(lab, balancer.get(), recording);
      stage.warmUp();
      return stage;
    } catch (IOException | RuntimeException e) {
      lab.close();
      throw e;
    }
  }

  /** A server's first answer takes it long, longer than a recording waits. */
  private void warmUp() throws IOException {
    for (int number = 1; number <= Family.SERVERS; number++) {
      traffic.connect(Connections.parse(List.of("4", "to", Family.IPV4.server(number) + ":" + Mode.NAT.serverHttpPort())), new Patience(""));
    }
  }

  List<Answer> play(Scenario scenario) throws IOException {
    return new Player(balancer, traffic, wire, recording).play(scenario);
  }

  /** What the director complains of. */
  String complaints() {
    return lab.director().log().lines().filter(line -> !line.contains("level=info")).collect(Collectors.joining("\n"));
  }

  @Override
  public void close() {
    wire.close();
    lab.close();
  }
}
