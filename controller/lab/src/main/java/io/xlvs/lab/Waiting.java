// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import java.util.function.BooleanSupplier;

/** Waits for what another process does. */
final class Waiting {
  private static final long STEP_MILLIS = 20;

  private Waiting() {}

  static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted", e);
    }
  }

  /** Whether the condition came true in time. */
  static boolean until(long seconds, BooleanSupplier condition) {
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        return false;
      }
      pause(STEP_MILLIS);
    }
    return true;
  }
}
