// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.util.Arrays;

/**
 * Repeated measurements of one program.
 *
 * @param ns nanoseconds a packet, the harness included, in order of measurement
 */
record Series(double[] ns) {
  double median() {
    return quantile(0.5);
  }

  /** The value below which a share of the measurements lies, interpolated. */
  double quantile(double share) {
    double[] sorted = ns.clone();
    Arrays.sort(sorted);
    double at = share * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
