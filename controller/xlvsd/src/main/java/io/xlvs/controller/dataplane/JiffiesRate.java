// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Capacities;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.loader.Bpf;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/** How many jiffies the kernel counts in a second (CONFIG_HZ): from its published configuration, else measured. */
public final class JiffiesRate {
  private static final Pattern CONFIG_HZ = Pattern.compile("(?m)^CONFIG_HZ=(\\d+)$");
  private static final int[] POSSIBLE = {100, 250, 300, 1000};
  private static final long MEASURE_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

  private JiffiesRate() {}

  /** Asks the running kernel. */
  public static int detect() {
    return fromConfiguration(Path.of("/proc/config.gz"), Path.of("/boot/config-" + System.getProperty("os.version")))
        .orElseGet(JiffiesRate::measure);
  }

  static Optional<Integer> fromConfiguration(Path compressed, Path plain) {
    try {
      if (Files.isReadable(compressed)) {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(compressed))) {
          return find(new String(in.readAllBytes(), StandardCharsets.US_ASCII));
        }
      }
      return Files.isReadable(plain) ? find(Files.readString(plain, StandardCharsets.US_ASCII)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // unreadable is as good as absent: the rate is measured then
    }
  }

  private static Optional<Integer> find(String configuration) {
    Matcher line = CONFIG_HZ.matcher(configuration);
    return line.find() ? Optional.of(Integer.valueOf(line.group(1))) : Optional.empty();
  }

  /** Counts jiffies over some time, with a data plane of the least size. */
  static int measure() {
    var settings = Capacities.SMALL.settings(Bpf.possibleCpus(), POSSIBLE[0], 0, Capacities.Limits.DEFAULT);
    var spec = XlvsObjects.parse().loadOnly("xlvs_jiffies");
    try (XlvsObjects objects = XlvsObjects.load(spec, Capacities.SMALL, settings, Optional.empty())) {
      Reading first = Reading.take(objects);
      LockSupport.parkNanos(MEASURE_NANOS);
      Reading last = Reading.take(objects);
      return nearest((last.jiffies - first.jiffies) * 1e9 / (last.nanos - first.nanos));
    }
  }

  /**
   * Both clocks at one moment: of several readings the quickest, since this thread may lose its CPU within one.
   *
   * @param jiffies the kernel's
   * @param nanos the JVM's
   */
  private record Reading(long jiffies, long nanos) {
    private static final int TRIES = 10;

    static Reading take(XlvsObjects objects) {
      Reading best = null;
      long bestNanos = Long.MAX_VALUE;
      for (int i = 0; i < TRIES; i++) {
        long before = System.nanoTime();
        long jiffies = objects.jiffies();
        long after = System.nanoTime();
        if (after - before < bestNanos) {
          bestNanos = after - before;
          best = new Reading(jiffies, after);
        }
      }
      return best;
    }
  }

  static int nearest(double perSecond) {
    int best = POSSIBLE[0];
    for (int candidate : POSSIBLE) {
      if (Math.abs(Math.log(perSecond / candidate)) < Math.abs(Math.log(perSecond / best))) {
        best = candidate;
      }
    }
    return best;
  }
}
