// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Ports from first to last, both included. Text form: "80", "8000-8080".
 *
 * @param first 1..65535
 * @param last first..65535
 */
public record PortRange(int first, int last) {
  /** Every port. */
  public static final PortRange ALL = new PortRange(1, 65535);

  public PortRange {
    if (first < 1 || last > 65535 || first > last) {
      throw new IllegalArgumentException("ports " + first + "-" + last + " are no range: FIRST-LAST within 1..65535 would be right");
    }
  }

  /** How many ports. */
  public int size() {
    return last - first + 1;
  }

  private boolean overlaps(PortRange other) {
    return first <= other.last && other.first <= last;
  }

  /** Whether a port is in both. */
  public static boolean overlap(List<PortRange> some, List<PortRange> others) {
    return some.stream().anyMatch(range -> others.stream().anyMatch(range::overlaps));
  }

  /** The same ports as ranges in order, of which no two touch. */
  public static List<PortRange> merged(List<PortRange> ranges) {
    List<PortRange> sorted = new ArrayList<>(ranges);
    sorted.sort(Comparator.comparingInt(PortRange::first));
    List<PortRange> merged = new ArrayList<>();
    for (PortRange next : sorted) {
      int top = merged.size() - 1;
      if (top >= 0 && next.first <= merged.get(top).last + 1) {
        merged.set(top, new PortRange(merged.get(top).first, Math.max(merged.get(top).last, next.last)));
      } else {
        merged.add(next);
      }
    }
    return List.copyOf(merged);
  }

  @Override
  public String toString() {
    return first == last ? Integer.toString(first) : first + "-" + last;
  }
}
