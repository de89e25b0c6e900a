// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

/** Seeds of random tests: fresh each time, printed, and given again with {@code -Dxlvs.seed=}. */
final class Seeds {

  private Seeds() {}

  /** The seed that the property names, or a new one; printed either way. */
  static long of(String property) {
    long seed = Long.getLong(property, System.nanoTime());
    System.out.println("seed " + seed + " (again with -D" + property + "=" + seed + ")");
    return seed;
  }

  /** Adds the seed to whatever goes wrong. */
  static void attempt(long seed, Runnable step) {
    try {
      step.run();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("with -Dxlvs.seed=" + seed + ": " + e.getMessage(), e);
    }
  }
}
