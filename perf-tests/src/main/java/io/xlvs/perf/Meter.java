// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.loader.Program;
import io.xlvs.loader.TestRunResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures programs in turns, so that whatever disturbs the machine disturbs all of them. On a shared machine even that makes
 * ratios wrong: a busy sibling of the CPU's core slows computing more than waiting for memory. So turns are taken until there
 * are enough quiet ones: those in which the base, measured first and last, is about as fast as it ever was. The base alone
 * decides; what is to be measured has no say. When time runs out, for a scenario or in all, the quietest turns count.
 */
final class Meter {
  static final int XDP_PASS = 2;
  static final int XDP_TX = 3;

  /** How much slower than its best the base may be. */
  private static final double QUIET = 1.12;

  /** Of what follows right after programs were loaded: so long it may take until the machine has settled. */
  private static final long CALIBRATION_NS = 3_000_000_000L;

  /** Of packets that each begin a connection, which costs more than anything else, a turn sends fewer; but tables must have filled before. */
  private static final int NEW_SHARE = 4;
  private static final int NEW_FIRST = 3;

  /** Of many flows, a turn sends a part; the next turn goes on. */
  private static final int TURNS_FOR_ALL_FLOWS = 8;

  private final Harness harness;
  private final int kept;
  private final int packets;
  private final Patience patience;
  private final Map<Shape, Integer> flows = new IdentityHashMap<>();
  private double fastestBase = Double.MAX_VALUE;

  /**
   * @param kept turns that count
   * @param packets of a run, unless there are more flows
   */
  Meter(Harness harness, int kept, int packets, Patience patience) {
    this.harness = harness;
    this.kept = kept;
    this.packets = packets;
    this.patience = patience;
  }

  /**
   * What came out of one scenario.
   *
   * @param base the harness alone
   * @param programs by name, the base included in each figure
   * @param packetsEach that each program got, turns that do not count included
   * @param disturbed whether there were not enough quiet turns
   */
  record Measurement(Series base, Map<String, Series> programs, long packetsEach, boolean disturbed) {}

  /** A program, and what it is sent. */
  record Sent(Program program, Shape shape) {}

  private record Turn(double base, Map<String, Double> ns) {}

  /** Learns how fast the base can be. */
  void calibrate(Scenario scenario) {
    harness.send(scenario.shape());
    long begin = System.nanoTime();
    do {
      fastestBase = Math.min(fastestBase, base());
    } while (System.nanoTime() - begin < CALIBRATION_NS);
  }

  private double base() {
    return harness.nsEach(harness.run(harness.sendBack(), packets));
  }

  /** Measures programs on a shape of packets; fails when one returns another verdict. */
  Measurement measure(Scenario scenario, int verdict, Map<String, Program> programs) {
    Shape shape = scenario.shape();
    boolean isNew = scenario.situation() == Scenario.Situation.NEW;
    boolean all = !isNew && shape.flows() > packets;
    Map<String, Sent> runs = new LinkedHashMap<>();
    programs.forEach((name, program) -> runs.put(name, new Sent(program, shape)));
    if (isNew) {
      return measure(NEW_FIRST * packets, packets / NEW_SHARE, verdict, runs);
    }
    return all
        ? measure(shape.flows(), Math.max(packets, shape.flows() / TURNS_FOR_ALL_FLOWS), verdict, runs)
        : measure(packets, packets, verdict, runs);
  }

  /**
   * Measures programs, each on packets of its own; fails when one returns another verdict.
   *
   * @param first how many packets each gets beforehand
   * @param count of packets that each gets in a turn; the flows of a shape go on from turn to turn
   */
  Measurement measure(int first, int count, int verdict, Map<String, Sent> programs) {
    flows.clear();
    harness.send(programs.values().iterator().next().shape);
    turn(programs, verdict, first);
    List<Turn> all = new ArrayList<>();
    while (all.size() < kept) {
      all.add(turn(programs, verdict, count));
    }
    patience.until(() -> isQuiet(all), () -> all.add(turn(programs, verdict, count)));
    int taken = all.size();
    all.sort(Comparator.comparingDouble(Turn::base));
    List<Turn> quiet = all.subList(0, kept);
    Map<String, Series> series = new LinkedHashMap<>();
    for (String name : programs.keySet()) {
      series.put(name, new Series(quiet.stream().mapToDouble(turn -> turn.ns.get(name)).toArray()));
    }
    Series base = new Series(quiet.stream().mapToDouble(Turn::base).toArray());
    return new Measurement(base, series, first + (long) count * taken, !isQuiet(quiet));
  }

  private boolean isQuiet(List<Turn> turns) {
    return turns.stream().filter(turn -> turn.base <= QUIET * fastestBase).count() >= kept;
  }

  private Turn turn(Map<String, Sent> programs, int verdict, int count) {
    double before = base();
    Map<String, Double> ns = new LinkedHashMap<>();
    for (Map.Entry<String, Sent> program : programs.entrySet()) {
      send(program.getValue().shape);
      TestRunResult result = harness.run(program.getValue().program, count);
      if (result.returnValue() != verdict) {
        throw new IllegalStateException(program.getKey() + " returned " + result.returnValue() + " instead of " + verdict);
      }
      ns.put(program.getKey(), harness.nsEach(result));
    }
    double base = Math.max(before, base());
    fastestBase = Math.min(fastestBase, base);
    return new Turn(base, ns);
  }

  /** The flows of a shape go on where they were. */
  private void send(Shape shape) {
    if (shape != harness.sent()) {
      flows.put(harness.sent(), harness.flow());
      harness.send(shape, flows.getOrDefault(shape, 0));
    }
  }
}
