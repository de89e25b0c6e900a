// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Capacities;
import io.xlvs.bpf.Family;
import io.xlvs.bpf.Method;
import io.xlvs.loader.Program;
import io.xlvs.perf.Scenario.Situation;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All scenarios, in groups that share a configuration of the data plane. */
final class Suite {
  private static final double NOT_OURS_NS = 8;

  /** How far two measurements may be apart. */
  private static final double SETTLED = 0.08;
  private static final int MOST_TO_SETTLE = 8;

  private final Lab lab;
  private final Harness harness;
  private final Meter meter;
  private final Report report;

  /** What has been measured of the data plane, by the scenario's label; of floors, their names before it. */
  private final Map<String, Series> ours = new HashMap<>();

  Suite(Lab lab, Harness harness, Meter meter, Report report) {
    this.lab = lab;
    this.harness = harness;
    this.meter = meter;
    this.report = report;
  }

  /** Runs them all. */
  void run() {
    single();
    if (!report.quick()) {
      withoutCache();
      misses();
      million();
    }
  }

  private static Capacities capacities(int connections, int flowLines) {
    return new Capacities(connections, 1 << 18, 1024, 1024, 1 << 14, 1 << 14, 1 << 18, 1 << 12, 1 << 10, 1 << 10, 64, flowLines);
  }

  /** One flow that is in the cache; then connections that begin. */
  private void single() {
    try (Director director = new Director(lab, capacities(1 << 16, 1 << 16)); Floors floors = new Floors(1 << 20, 1 << 16)) {
      settle(director);
      for (Family family : Family.values()) {
        Meter.Measurement measured = notOurs(director, family);
        report.add(figure(notOurs(family), measured).asked(Bar.atMost(NOT_OURS_NS)));
      }
      for (Family family : Family.values()) {
        for (Transport transport : report.quick() ? List.of(Transport.TCP) : List.of(Transport.values())) {
          for (Mode mode : Mode.values()) {
            compare(director, floors, new Scenario(mode, family, transport, Situation.HIT));
          }
        }
      }
      for (Family family : Family.values()) {
        for (Mode mode : Mode.values()) {
          if (!mode.reply) {
            compare(director, floors, new Scenario(mode, family, Transport.TCP, Situation.NEW));
          }
        }
      }
    }
  }

  /** After programs and tables have been made, the machine and this process are busy for a while: until two measurements agree. */
  private void settle(Director director) {
    meter.calibrate(notOurs(Family.IPV4));
    double before = Double.MAX_VALUE;
    for (int i = 0; i < MOST_TO_SETTLE; i++) {
      double now = net(notOurs(director, Family.IPV4), "xlvs").median();
      if (Math.abs(now - before) < SETTLED * before) {
        return;
      }
      before = now;
    }
  }

  /** The connection is known, but two entries of flow cache serve 4,096 flows. */
  private void misses() {
    try (Director director = new Director(lab, capacities(1 << 17, 1)); Floors floors = new Floors(1 << 20, 1 << 16)) {
      for (Family family : Family.values()) {
        for (Mode mode : Mode.values()) {
          compare(director, floors, new Scenario(mode, family, Transport.TCP, Situation.MISS));
        }
      }
    }
  }

  /**
   * One method after the other, each with the cache for itself. Two decisions of IPv4 find room in a line, one of IPv6: half of all places are
   * taken by flows in both directions, a quarter in one.
   */
  private void million() {
    for (Family family : Family.values()) {
      int lines = 1 << (family == Family.IPV4 ? 21 : 22);
      try (Director director = new Director(lab, capacities(1 << 20, lines))) {
        for (Method method : Method.values()) {
          million(director, lines, method, family);
        }
      }
    }
  }

  private void million(Director director, int lines, Method method, Family family) {
    try (Floors floors = new Floors(family, 4 << 20, lines)) {
      for (Mode mode : Mode.values()) {
        if (mode.method == method) {
          compare(director, floors, new Scenario(mode, family, Transport.TCP, Situation.MILLION));
        }
      }
    }
    director.forget(Plan.of(method, family, Transport.TCP));
  }

  /** What no cache decides: connections that stay half open; and the ring alone. */
  private void withoutCache() {
    try (Director director = new Director(lab, capacities(1 << 16, 1 << 16)); Floors floors = new Floors(1 << 16, 1)) {
      for (Family family : Family.values()) {
        for (Mode mode : List.of(Mode.NAT_IN, Mode.FULLNAT_IN)) {
          compare(director, floors, new Scenario(mode, family, Transport.UDP, Situation.ONE_WAY));
        }
      }
      ringFirst(director, floors);
    }
  }

  private void ringFirst(Director director, Floors floors) {
    for (Situation situation : List.of(Situation.RING_MH, Situation.RING_MH_MILLION, Situation.RING_MH_NEW, Situation.RING_SH_MILLION)) {
      for (Mode mode : List.of(Mode.TUN, Mode.DR)) {
        Scenario scenario = new Scenario(mode, Family.IPV4, Transport.TCP, situation);
        director.ringFirst(scenario.plan(), situation.ring);
        compare(director, floors, scenario);
      }
    }
  }

  private static Scenario notOurs(Family family) {
    return new Scenario(null, family, Transport.TCP, Situation.NOT_OURS);
  }

  private Meter.Measurement notOurs(Director director, Family family) {
    Map<String, Program> programs = new LinkedHashMap<>();
    programs.put("xlvs", director.xdp());
    return meter.measure(notOurs(family), Meter.XDP_PASS, programs);
  }

  private void compare(Director director, Floors floors, Scenario scenario) {
    Plan plan = scenario.plan();
    int flows = scenario.situation().flows;
    boolean known = scenario.situation() != Situation.NEW && scenario.situation().ring == null;
    if (scenario.situation() == Situation.ONE_WAY) {
      director.begin(plan, 0);
    } else if (known) {
      director.establish(plan, flows);
    }
    if (known) {
      floors.a().establish(plan, scenario.mode().reply, flows);
    }
    Map<String, Program> programs = floors.programs(scenario);
    programs.put("xlvs", director.xdp());
    long before = director.packets(plan);
    Map<String, Long> floorsBefore = floors.packets(scenario);
    Meter.Measurement measured = meter.measure(scenario, Meter.XDP_TX, programs);
    requireAll("xlvs, " + scenario.label(), director.packets(plan) - before, measured.packetsEach());
    floors.packets(scenario).forEach((floor, now) ->
        requireAll(floor + ", " + scenario.label(), now - floorsBefore.get(floor), measured.packetsEach()));
    Figure figure = figure(scenario, measured);
    ours.put(scenario.label(), net(measured, "xlvs"));
    for (String floor : floorsBefore.keySet()) {
      ours.put(floor + ", " + scenario.label(), net(measured, floor));
      figure = figure.beside(floor, net(measured, floor), Bars.besideFloor(scenario, floor));
    }
    report.add(Bars.besideOurselves(scenario, figure, ours));
  }

  /** What loses packets looks fast. */
  private static void requireAll(String who, long forwarded, long sent) {
    if (forwarded != sent) {
      throw new IllegalStateException(who + ": " + forwarded + " of " + sent + " packets were forwarded");
    }
  }

  private static Figure figure(Scenario scenario, Meter.Measurement measured) {
    return Figure.of(scenario.label(), "ns", net(measured, "xlvs")).disturbed(measured.disturbed());
  }

  /** A program's times less what the harness takes. */
  private static Series net(Meter.Measurement measured, String program) {
    return measured.programs().get(program).minus(measured.base().median());
  }
}
