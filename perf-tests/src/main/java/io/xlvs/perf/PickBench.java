// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Capacities;
import io.xlvs.bpf.Family;
import io.xlvs.bpf.Method;
import io.xlvs.bpf.Pick;
import io.xlvs.loader.Program;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code make bench-picks}: what a new connection costs by scheduler and number of servers (DR, IPv4, TCP; each packet a SYN of another
 * client), beside one with few servers in the same run. Prints medians of nine turns. Needs root.
 */
public final class PickBench {
  private static final int FEW = 10;
  private static final int MANY = 100_000;
  private static final Scenario NEW = new Scenario(Mode.DR, Family.IPV4, Transport.TCP, Scenario.Situation.NEW);
  private static final Plan PLAN = Plan.of(Method.DR, Family.IPV4, Transport.TCP);

  /** Many servers touch more memory than few: what is asked is that their number does not count. */
  private static final double CONSTANT = 2;

  private static final Map<String, Pick> CONSTANT_COST = Map.of(
      "rr, wrr", Pick.NEXT, "sh", Pick.SH, "mh", Pick.MH, "dh", Pick.DH, "fo", Pick.FO, "twos", Pick.TWOS);
  private static final Map<String, Pick> SCANS = Map.of("lc, wlc", Pick.WLC, "sed", Pick.SED, "nq", Pick.NQ, "ovf", Pick.OVF);

  private final Lab lab;
  private final Meter meter;

  private PickBench(Lab lab, Harness harness) {
    this.lab = lab;
    this.meter = new Meter(harness, 9, 200_000, new Patience(4, 32));
  }

  /** No arguments. */
  public static void main(String[] arguments) {
    System.out.println(Machine.here() + "\n");
    Machine.pinThread();
    try (Lab lab = new Lab(); Harness harness = new Harness(lab.uplink)) {
      PickBench bench = new PickBench(lab, harness);
      System.out.println("| new connection | few servers, ns | many, ns | ratio or ns more | bar | |\n|---|---:|---:|---:|---:|---|");
      CONSTANT_COST.keySet().stream().sorted().forEach(name -> bench.constant(name, CONSTANT_COST.get(name)));
      for (int servers : List.of(100, 1000)) {
        SCANS.keySet().stream().sorted().forEach(name -> bench.scan(name, SCANS.get(name), servers, servers == 100 ? 1500 : 10_000));
      }
    }
  }

  private void constant(String name, Pick pick) {
    Cost cost = measure(pick, FEW, MANY);
    double ratio = cost.many / cost.few;
    row(String.format(Locale.ROOT, "%s: %d and %,d servers", name, FEW, MANY), cost, String.format(Locale.ROOT, "%.2f | %.0f", ratio, CONSTANT),
        ratio <= CONSTANT);
  }

  private void scan(String name, Pick pick, int servers, double barNs) {
    Cost cost = measure(pick, 1, servers);
    double more = cost.many - cost.few;
    row(String.format(Locale.ROOT, "%s: scan of %,d servers", name, servers), cost, String.format(Locale.ROOT, "%.0f ns | %.0f ns", more, barNs),
        more <= barNs);
  }

  private static void row(String what, Cost cost, String figureAndBar, boolean holds) {
    System.out.printf(Locale.ROOT, "| %s | %.0f | %.0f | %s | %s%s |%n", what, cost.few, cost.many, figureAndBar, holds ? "holds" : "MISSES",
        cost.disturbed ? " (disturbed)" : "");
  }

  /** Nanoseconds of a new connection, net of the harness. */
  private record Cost(double few, double many, boolean disturbed) {}

  private Cost measure(Pick pick, int few, int many) {
    try (Director one = director(pick, few); Director other = director(pick, many)) {
      Map<String, Program> programs = new LinkedHashMap<>();
      programs.put("few", one.xdp());
      programs.put("many", other.xdp());
      Meter.Measurement measured = meter.measure(NEW, Meter.XDP_TX, programs);
      double base = measured.base().median();
      return new Cost(
          measured.programs().get("few").median() - base, measured.programs().get("many").median() - base, measured.disturbed());
    }
  }

  private Director director(Pick pick, int servers) {
    Capacities capacities =
        new Capacities(1 << 16, 1 << 18, 1024, 1024, 1 << 14, 1 << 17, 1 << 20, 1 << 12, 1 << 10, 1 << 10, 64, 1 << 12);
    Director director = new Director(lab, capacities);
    director.schedule(PLAN, pick, servers);
    return director;
  }
}
