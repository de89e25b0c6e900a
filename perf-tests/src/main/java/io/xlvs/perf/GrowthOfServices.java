// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Capacities;
import io.xlvs.bpf.Family;
import io.xlvs.bpf.Method;
import io.xlvs.perf.Scenario.Situation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One established flow, and a packet that is not ours, beside more and more services: each with a VIP, and a NAT server, of its own. */
final class GrowthOfServices {
  private static final Plan DR = Plan.of(Method.DR, Family.IPV4, Transport.TCP);
  private static final Plan NAT = Plan.of(Method.NAT, Family.IPV4, Transport.TCP);
  private static final int PACKETS = 100_000;

  /** What 10,000 services may cost more than one. */
  private static final int BARRED = 10_000;
  private static final double MORE_NS = 3;

  private final Lab lab;
  private final Meter meter;
  private final Report report;
  private final List<Integer> sizes;

  GrowthOfServices(Lab lab, Meter meter, Report report) {
    this.lab = lab;
    this.meter = meter;
    this.report = report;
    this.sizes = report.quick() ? List.of(1, BARRED) : List.of(1, 100, BARRED, 100_000);
  }

  void run() {
    Map<Integer, Director> directors = new TreeMap<>();
    try (Director alone = director(List.of(DR), 1)) {
      for (int size : sizes) {
        directors.put(size, director(size == 1 ? List.of(NAT) : List.of(DR, NAT), size));
      }
      for (Mode mode : List.of(Mode.NAT_IN, Mode.NAT_OUT)) {
        hit(mode, NAT, directors);
      }
      notOurs(NAT, directors);
      Map<Integer, Director> ofDr = new TreeMap<>(directors);
      ofDr.put(1, alone);
      hit(Mode.DR, DR, ofDr);
    } finally {
      directors.values().forEach(Director::close);
    }
  }

  /** With an established flow of each plan; all but the smallest serve both methods, since it takes seconds to load one. */
  private Director director(List<Plan> plans, int size) {
    Director director = new Director(lab, capacities(size), plans, size);
    plans.forEach(plan -> director.establish(plan, 1));
    return director;
  }

  private static Capacities capacities(int services) {
    int more = services + Plan.all().size();
    return new Capacities(1 << 12, 1 << 12, 1024, 1024, more, more, Math.max(1 << 18, Director.RING_STRIDE * more), 1 << 10, 1 << 10, 1 << 10, 64, 1 << 12);
  }

  private void hit(Mode mode, Plan plan, Map<Integer, Director> directors) {
    Shape shape = new Scenario(mode, Family.IPV4, Transport.TCP, Situation.HIT).shape();
    Growth.Line line = new Growth.Line("services", mode.label(), mode.label() + " hit", "services");
    Map<Integer, Long> before = new TreeMap<>();
    directors.forEach((size, director) -> before.put(size, director.packets(plan)));
    Meter.Measurement measured = meter.measure(PACKETS, PACKETS, Meter.XDP_TX, sent(line, directors, shape));
    directors.forEach(
        (size, director) -> Growth.requireAll(line.name(size), director.packets(plan) - before.get(size), measured));
    Growth.report(report, line, sizes, measured, size -> size == BARRED ? Bar.moreAtMost(MORE_NS) : Bar.NONE);
  }

  private void notOurs(Plan plan, Map<Integer, Director> directors) {
    Growth.Line line = new Growth.Line("services", "not ours", "not ours", "services");
    Meter.Measurement measured = meter.measure(PACKETS, PACKETS, Meter.XDP_PASS, sent(line, directors, Shape.unrelated(plan, 1)));
    Growth.report(report, line, sizes, measured, size -> Bar.NONE);
  }

  private static Map<String, Meter.Sent> sent(Growth.Line line, Map<Integer, Director> directors, Shape shape) {
    Map<String, Meter.Sent> sent = new LinkedHashMap<>();
    directors.forEach((size, director) -> Growth.put(sent, line, size, director.xdp(), shape));
    return sent;
  }
}
