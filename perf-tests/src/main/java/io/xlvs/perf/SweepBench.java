// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Capacities;
import io.xlvs.bpf.Family;
import io.xlvs.bpf.Method;
import io.xlvs.bpf.Sweep;
import java.util.Arrays;
import java.util.Locale;

/**
 * {@code make bench-sweep}: what the sweep of a million NAT connections takes, and how often xlvsd therefore sweeps: it gives sweeps a
 * twentieth of one CPU. Prints medians. Needs root.
 */
public final class SweepBench {
  private static final int FLOWS = 1_000_000;
  private static final int TURNS = 9;

  /** As xlvsd's Housekeeping. */
  private static final int SHARE = 20;

  private SweepBench() {}

  /** No arguments. */
  public static void main(String[] arguments) {
    System.out.println(Machine.here());
    Machine.pinThread();
    System.out.println();
    System.out.println("| sweep of " + String.format(Locale.ROOT, "%,d", FLOWS) + " NAT connections | ms | ns a connection | every |");
    System.out.println("|---|---:|---:|---:|");
    try (Lab lab = new Lab(); Director director = new Director(lab, capacities())) {
      row(director, "nothing there", false);
      director.establish(Plan.of(Method.NAT, Family.IPV4, Transport.TCP), FLOWS);
      row(director, "as it is", false);
      row(director, "after slots of servers were freed", true);
    }
  }

  /** xlvsd's own defaults, but for rings and the flow cache, which a sweep does not touch. */
  private static Capacities capacities() {
    return new Capacities(1 << 20, 1 << 18, 1 << 18, 1 << 14, 1 << 14, 1 << 16, 1 << 18, 1 << 12, 1 << 16, 1 << 16, 4096, 1 << 12);
  }

  private static void row(Director director, String what, boolean withReplies) {
    double[] millis = new double[TURNS];
    Sweep sweep = null;
    for (int i = 0; i < TURNS; i++) {
      long start = System.nanoTime();
      sweep = director.sweep(withReplies);
      millis[i] = (System.nanoTime() - start) / 1e6;
    }
    Arrays.sort(millis);
    double median = millis[TURNS / 2];
    String each = sweep.connections() == 0 ? "" : String.format(Locale.ROOT, "%.0f", median * 1e6 / sweep.connections());
    System.out.printf(Locale.ROOT, "| %s | %.1f | %s | %.1f s |%n", what, median, each, Math.max(1, median * SHARE / 1000));
  }
}
