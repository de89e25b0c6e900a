// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/**
 * What was measured in turns of which those count in which the harness alone was fastest: see {@link Meter}.
 *
 * @param all as many as were to be kept
 */
record Turns(List<Turn> all) {
  /**
   * One turn.
   *
   * @param base what the harness takes
   * @param ns what each thing that is measured takes, the harness included
   */
  record Turn(double base, double... ns) {}

  /** How many turns are taken where so many are kept: one that does not count, then half as many again. */
  static int taken(int kept) {
    return 1 + kept + (kept + 1) / 2;
  }

  /** Takes turns. */
  static Turns take(int kept, Supplier<Turn> turn) {
    turn.get();
    List<Turn> all = new ArrayList<>();
    while (all.size() < taken(kept) - 1) {
      all.add(turn.get());
    }
    all.sort(Comparator.comparingDouble(Turn::base));
    return new Turns(all.subList(0, kept));
  }

  /** One of the things that were measured, less what the harness takes. */
  Series net(int which) {
    double base = new Series(all.stream().mapToDouble(Turn::base).toArray()).median();
    return new Series(all.stream().mapToDouble(turn -> turn.ns[which]).toArray()).minus(base);
  }
}
