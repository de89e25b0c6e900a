// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** How long to wait for quiet turns: for one measurement, and in all of a part. What was waited is gone. */
final class Patience {
  private final LongSupplier clock;
  private final long eachNs;
  private long leftNs;

  Patience(double eachSeconds, double allSeconds) {
    this(eachSeconds, allSeconds, System::nanoTime);
  }

  /** With a clock of nanoseconds. */
  Patience(double eachSeconds, double allSeconds, LongSupplier clock) {
    this.clock = clock;
    this.eachNs = (long) (eachSeconds * 1e9);
    this.leftNs = (long) (allSeconds * 1e9);
  }

  /** Takes more turns until there are enough quiet ones, or patience ends. */
  void until(BooleanSupplier enough, Runnable turn) {
    long begin = clock.getAsLong();
    long most = Math.min(eachNs, leftNs);
    while (!enough.getAsBoolean() && clock.getAsLong() - begin < most) {
      turn.run();
    }
    leftNs -= clock.getAsLong() - begin;
  }
}
