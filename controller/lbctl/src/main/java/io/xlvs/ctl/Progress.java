// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How far a long listing has come: one line of standard error, written over once a second, from the second second on. Only where somebody
 * would see it and nothing else: standard error is a terminal, and standard output is not.
 */
public final class Progress implements AutoCloseable {
  private static final long STEP_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final PrintStream terminal;
  private final String what;
  private final LongSupplier clock;
  private final long start;
  private long next;
  private long count;
  private int width;

  /** @param what is counted, such as "connections" */
  public static Progress of(Console console, String what) {
    return new Progress(console.errorTerminal() && !console.terminal() ? console.err() : null, what, System::nanoTime);
  }

  /**
   * @param terminal null: nothing is written
   * @param clock in nanoseconds
   */
  Progress(PrintStream terminal, String what, LongSupplier clock) {
    this.terminal = terminal;
    this.what = what;
    this.clock = clock;
    this.start = clock.getAsLong();
    this.next = start + STEP_NANOS;
  }

  /** So many more are done. */
  public void add(int more) {
    count += more;
    if (terminal == null) {
      return;
    }
    long now = clock.getAsLong();
    if (now - next >= 0) {
      next = now + STEP_NANOS;
      String line = String.format(Locale.ROOT, "%,d %s, %d s", count, what, TimeUnit.NANOSECONDS.toSeconds(now - start));
      terminal.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
      terminal.flush();
      width = line.length();
    }
  }

  /** Wipes the line away. */
  @Override
  public void close() {
    if (width > 0) {
      terminal.print("\r" + " ".repeat(width) + "\r");
      terminal.flush();
      width = 0;
    }
  }
}
