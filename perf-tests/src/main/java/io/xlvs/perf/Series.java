// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.util.Arrays;

/**
 * Repeated measurements of one thing.
 *
 * @param values in order of measurement
 */
record Series(double[] values) {
  /** Each of them less {@code base}: what the harness takes. */
  Series minus(double base) {
    return new Series(Arrays.stream(values).map(value -> value - base).toArray());
  }

  double median() {
    return quantile(0.5);
  }

  /** The value below which a share of the measurements lies, interpolated. */
  double quantile(double share) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double at = share * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
