// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Family;
import io.xlvs.loader.Program;
import java.util.LinkedHashMap;
import java.util.Map;

/** The floors that a scenario is set beside, by the names that tables give them. */
final class Floors implements AutoCloseable {
  private static final String A = "floor A";
  static final String B = "floor B";
  static final String C = "floor C";

  private static final int FEW = 1 << 10;

  private final FloorA a;
  private final FloorB b;
  private final FloorC c;

  /**
   * Loads them.
   *
   * @param entries of floor A's tables of connections
   * @param lines of floor B's cache
   */
  Floors(int entries, int lines) {
    this(new FloorA(entries, entries), lines);
  }

  /** As above, with a table of connections for one family: the other's can hold only some. */
  Floors(Family family, int entries, int lines) {
    this(new FloorA(family == Family.IPV4 ? entries : FEW, family == Family.IPV6 ? entries : FEW), lines);
  }

  private Floors(FloorA a, int lines) {
    this.a = a;
    try {
      b = new FloorB(lines);
    } catch (RuntimeException e) {
      a.close();
      throw e;
    }
    try {
      c = new FloorC();
    } catch (RuntimeException e) {
      b.close();
      a.close();
      throw e;
    }
  }

  FloorA a() {
    return a;
  }

  /** Programs to measure beside the data plane. */
  Map<String, Program> programs(Scenario scenario) {
    Map<String, Program> programs = new LinkedHashMap<>();
    if (scenario.situation().ring != null) {
      if (FloorC.hasFloor(scenario.mode().method, scenario.family())) {
        programs.put(C, c.program());
      }
      return programs;
    }
    programs.put(A, a.program(scenario.mode()));
    if (hasB(scenario)) {
      programs.put(B, b.program());
    }
    return programs;
  }

  /** What each of them has forwarded of the scenario's service. */
  Map<String, Long> packets(Scenario scenario) {
    Map<String, Long> packets = new LinkedHashMap<>();
    if (scenario.situation().ring != null) {
      if (FloorC.hasFloor(scenario.mode().method, scenario.family())) {
        packets.put(C, c.packets(scenario.plan()));
      }
      return packets;
    }
    packets.put(A, a.packets(scenario.plan()));
    if (hasB(scenario)) {
      packets.put(B, b.packets(scenario.plan()));
    }
    return packets;
  }

  static boolean isA(String name) {
    return name.equals(A);
  }

  static boolean isB(String name) {
    return name.equals(B);
  }

  private static boolean hasB(Scenario scenario) {
    boolean cached = scenario.situation() == Scenario.Situation.HIT || scenario.situation() == Scenario.Situation.MILLION;
    return cached && FloorB.hasFloor(scenario.plan().method(), scenario.family());
  }

  @Override
  public void close() {
    c.close();
    b.close();
    a.close();
  }
}
