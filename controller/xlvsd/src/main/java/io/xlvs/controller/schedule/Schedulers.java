// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The one list of schedulers. A new one is a class and a line here. */
public final class Schedulers {
  /** What IPVS takes when none is named. */
  public static final String DEFAULT = "wlc";

  /** Every name that ipvsadm(8) knows, in its order. */
  public static final List<String> KNOWN =
      List.of("rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "sed", "nq", "fo", "ovf", "mh", "twos");

  private static final Map<String, Scheduler> IMPLEMENTED = Map.of(
      "rr", new RoundRobin(),
      "wrr", new WeightedRoundRobin(),
      "sh", new SourceHashing(),
      "mh", new MaglevHashing(),
      "lc", new LeastConnection("lc", Ring.Pick.LEAST_CONNECTION),
      "wlc", new LeastConnection("wlc", Ring.Pick.WEIGHTED_LEAST_CONNECTION));

  private static final Set<String> LIVE_COUNTS = Set.of("lc", "wlc");

  private Schedulers() {}

  /** The scheduler of this name, if it is implemented. */
  public static Optional<Scheduler> byName(String name) {
    return Optional.ofNullable(IMPLEMENTED.get(name));
  }

  /**
   * Names of those that work on a data plane, in ipvsadm's order.
   *
   * @param liveCounts whether the data plane can compare live connection counts
   */
  public static List<String> available(boolean liveCounts) {
    List<String> names = new ArrayList<>();
    for (String name : KNOWN) {
      if (IMPLEMENTED.containsKey(name) && (liveCounts || !LIVE_COUNTS.contains(name))) {
        names.add(name);
      }
    }
    return List.copyOf(names);
  }
}
