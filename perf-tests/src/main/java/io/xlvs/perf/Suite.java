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
    meter.calibrate(new Scenario(null, Family.IPV4, Transport.TCP, Situation.NOT_OURS));
    single();
    ringFirst();
    if (!report.quick()) {
      misses();
      million();
    }
  }

  private static Capacities capacities(int connections, int flowLines) {
    return new Capacities(connections, 1 << 18, 1024, 1024, 1 << 14, 1 << 14, 1 << 18, 1 << 12, 1 << 10, 1 << 10, 64, flowLines, 1 << 16);
  }

  /** One flow that is in the cache; then connections that begin. */
  private void single() {
    try (Director director = new Director(lab, capacities(1 << 16, 1 << 16), 0); Floors floors = new Floors(1 << 20, 1 << 16)) {
      for (Family family : Family.values()) {
        notOurs(director, family);
      }
      for (Family family : Family.values()) {
        for (Transport transport : Transport.values()) {
          for (Mode mode : Mode.values()) {
            compare(director, floors, new Scenario(mode, family, transport, Situation.HIT));
          }
        }
      }
      oneWay(floors);
      for (Family family : Family.values()) {
        for (Mode mode : Mode.values()) {
          if (!mode.reply) {
            compare(director, floors, new Scenario(mode, family, Transport.TCP, Situation.NEW));
          }
        }
      }
    }
  }

  private void oneWay(Floors floors) {
    try (Director director = new Director(lab, capacities(1 << 16, 1 << 16), 0)) {
      for (Family family : Family.values()) {
        for (Mode mode : List.of(Mode.NAT_IN, Mode.FULLNAT_IN)) {
          compare(director, floors, new Scenario(mode, family, Transport.UDP, Situation.ONE_WAY));
        }
      }
    }
  }

  /** The connection is known, but two entries of flow cache serve 4,096 flows. */
  private void misses() {
    try (Director director = new Director(lab, capacities(1 << 17, 1), 0); Floors floors = new Floors(1 << 20, 1 << 16)) {
      for (Family family : Family.values()) {
        for (Mode mode : Mode.values()) {
          compare(director, floors, new Scenario(mode, family, Transport.TCP, Situation.MISS));
        }
      }
    }
  }

  /** Two decisions of IPv4 find room in a line, one of IPv6: half of all places will be taken. */
  private void million() {
    for (Family family : Family.values()) {
      for (Method method : Method.values()) {
        boolean twoWay = method == Method.NAT || method == Method.FULLNAT;
        int lines = 1 << (family == Family.IPV4 ? 20 : 21) + (twoWay ? 1 : 0);
        try (Director director = new Director(lab, capacities(1 << 20, lines), 0); Floors floors = new Floors(4 << 20, lines)) {
          for (Mode mode : Mode.values()) {
            if (mode.method == method) {
              compare(director, floors, new Scenario(mode, family, Transport.TCP, Situation.MILLION));
            }
          }
        }
      }
    }
  }

  /** The ring alone decides. */
  private void ringFirst() {
    List<Situation> situations = report.quick()
        ? List.of(Situation.RING_MH)
        : List.of(Situation.RING_MH, Situation.RING_MH_MILLION, Situation.RING_MH_NEW, Situation.RING_SH_MILLION);
    List<Mode> modes = report.quick() ? List.of(Mode.TUN) : List.of(Mode.TUN, Mode.DR);
    try (Director director = new Director(lab, capacities(1 << 16, 1 << 16), 0); Floors floors = new Floors(1, 1)) {
      for (Situation situation : situations) {
        for (Mode mode : modes) {
          Scenario scenario = new Scenario(mode, Family.IPV4, Transport.TCP, situation);
          director.ringFirst(scenario.plan(), situation.ring);
          compare(director, floors, scenario);
        }
      }
    }
  }

  private void notOurs(Director director, Family family) {
    Scenario scenario = new Scenario(null, family, Transport.TCP, Situation.NOT_OURS);
    Map<String, Program> programs = new LinkedHashMap<>();
    programs.put("xlvs", director.xdp());
    Meter.Measurement measured = meter.measure(scenario, Meter.XDP_PASS, programs);
    report.add(figure(scenario, measured).asked(Bar.atMost(NOT_OURS_NS)));
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
