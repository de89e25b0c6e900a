// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Capacities;
import io.xlvs.bpf.Family;
import io.xlvs.bpf.Method;
import io.xlvs.loader.Program;
import io.xlvs.perf.Scenario.Situation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** All scenarios, in groups that share a configuration of the data plane. */
final class Suite {
  private static final int MANY_SERVICES = 10_000;
  private static final double NOT_OURS_NS = 12;
  private static final double NOTHING = 1.05; // a nanosecond or two: what the kernel's clock resolves

  private final Lab lab;
  private final Harness harness;
  private final Meter meter;
  private final boolean quick;
  private final Consumer<Result> report;

  Suite(Lab lab, Harness harness, Meter meter, boolean quick, Consumer<Result> report) {
    this.lab = lab;
    this.harness = harness;
    this.meter = meter;
    this.quick = quick;
    this.report = report;
  }

  /** Runs them all. */
  void run() {
    meter.calibrate(new Scenario(null, Family.IPV4, Transport.TCP, Situation.NOT_OURS));
    single();
    manyServices();
    if (!quick) {
      misses();
      million();
    }
  }

  private static Capacities capacities(int connections, int flowLines) {
    return new Capacities(connections, 1 << 18, 1024, 1024, 1 << 14, 1 << 14, 1 << 18, 1 << 12, 1 << 10, 1 << 10, 64, flowLines, 1 << 16);
  }

  /** One flow that is in the cache; then connections that begin. */
  private void single() {
    try (Director director = new Director(lab, capacities(1 << 16, 1 << 16), 0); Floor floor = new Floor(1 << 20)) {
      for (Family family : Family.values()) {
        notOurs(director, family);
      }
      for (Family family : Family.values()) {
        for (Transport transport : Transport.values()) {
          for (Mode mode : Mode.values()) {
            compare(director, floor, new Scenario(mode, family, transport, Situation.HIT));
          }
        }
      }
      oneWay(floor);
      for (Family family : Family.values()) {
        for (Mode mode : Mode.values()) {
          if (!mode.reply) {
            compare(director, floor, new Scenario(mode, family, Transport.TCP, Situation.NEW));
          }
        }
      }
    }
  }

  private void oneWay(Floor floor) {
    try (Director director = new Director(lab, capacities(1 << 16, 1 << 16), 0)) {
      for (Family family : Family.values()) {
        for (Mode mode : List.of(Mode.NAT_IN, Mode.FULLNAT_IN)) {
          compare(director, floor, new Scenario(mode, family, Transport.UDP, Situation.ONE_WAY));
        }
      }
    }
  }

  /** The connection is known, but two entries of flow cache serve 4,096 flows. */
  private void misses() {
    try (Director director = new Director(lab, capacities(1 << 17, 1), 0); Floor floor = new Floor(1 << 20)) {
      for (Family family : Family.values()) {
        for (Mode mode : Mode.values()) {
          compare(director, floor, new Scenario(mode, family, Transport.TCP, Situation.MISS));
        }
      }
    }
  }

  private void million() {
    for (Family family : Family.values()) {
      for (Method method : Method.values()) {
        try (Director director = new Director(lab, capacities(1 << 20, 1 << 20), 0); Floor floor = new Floor(4 << 20)) {
          for (Mode mode : Mode.values()) {
            if (mode.method == method) {
              compare(director, floor, new Scenario(mode, family, Transport.TCP, Situation.MILLION));
            }
          }
        }
      }
    }
  }

  private void notOurs(Director director, Family family) {
    Scenario scenario = new Scenario(null, family, Transport.TCP, Situation.NOT_OURS);
    Map<String, Program> programs = new LinkedHashMap<>();
    programs.put("xlvs", director.xdp());
    add(scenario, NOT_OURS_NS, meter.measure(scenario, Meter.XDP_PASS, programs));
  }

  /** The floor is the same data plane with few services. */
  private void manyServices() {
    Capacities capacities = capacities(1 << 16, 1 << 16);
    try (Director few = new Director(lab, capacities, 0); Director many = new Director(lab, capacities, MANY_SERVICES)) {
      List<Mode> modes = quick ? List.of(Mode.NAT_IN) : List.of(Mode.DR, Mode.NAT_IN, Mode.NAT_OUT);
      for (Mode mode : modes) {
        Scenario scenario = new Scenario(mode, Family.IPV4, Transport.TCP, Situation.MANY_SERVICES);
        few.establish(scenario.plan(), 1);
        many.establish(scenario.plan(), 1);
        Map<String, Program> programs = new LinkedHashMap<>();
            programs.put("floor", few.xdp());
        programs.put("xlvs", many.xdp());
        add(scenario, NOTHING, meter.measure(scenario, Meter.XDP_TX, programs));
      }
    }
  }

  private void compare(Director director, Floor floor, Scenario scenario) {
    Plan plan = scenario.plan();
    int flows = scenario.situation().flows;
    if (scenario.situation() == Situation.ONE_WAY) {
      director.begin(plan, 0);
    } else if (scenario.situation() != Situation.NEW) {
      director.establish(plan, flows);
    }
    if (scenario.situation() != Situation.NEW) {
      floor.establish(plan, scenario.mode().reply, flows);
    }
    Map<String, Program> programs = new LinkedHashMap<>();
    programs.put("floor", floor.program(scenario.mode()));
    programs.put("xlvs", director.xdp());
    long ours = director.packets(plan);
    long theirs = floor.packets(plan);
    Meter.Measurement measured = meter.measure(scenario, Meter.XDP_TX, programs);
    requireAll("xlvs, " + scenario.label(), director.packets(plan) - ours, measured.packetsEach());
    requireAll("floor, " + scenario.label(), floor.packets(plan) - theirs, measured.packetsEach());
    add(scenario, scenario.situation() == Situation.HIT ? scenario.mode().bar : Double.NaN, measured);
  }

  /** What loses packets looks fast. */
  private static void requireAll(String who, long forwarded, long sent) {
    if (forwarded != sent) {
      throw new IllegalStateException(who + ": " + forwarded + " of " + sent + " packets were forwarded");
    }
  }

  private void add(Scenario scenario, double bar, Meter.Measurement measured) {
    double base = measured.base().median();
    Series xlvs = measured.programs().get("xlvs");
    Series floor = measured.programs().get("floor");
    report.accept(
        new Result(
            scenario.label(), base, floor == null ? Double.NaN : floor.median() - base, xlvs.median() - base,
            xlvs.quantile(0.25) - base, xlvs.quantile(0.75) - base, bar, measured.disturbed()));
  }
}
