// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What all CPUs of the machine have worked since it started, interrupts included: the first line of /proc/stat. */
final class CpuTime {
  private static final Path STAT = Path.of("/proc/stat");

  /** user, nice, system, irq, softirq; the others are idle, iowait, and steal; guest is within user. */
  private static final int[] WORK = {1, 2, 3, 6, 7};

  /** USER_HZ, the same on every machine that Java runs on. */
  private static final double TICKS_PER_SECOND = 100;

  private CpuTime() {}

  static double seconds() {
    try (var lines = Files.lines(STAT)) {
      return seconds(lines.findFirst().orElse(""));
    } catch (IOException e) {
      throw new UncheckedIOException(STAT + " cannot be read", e);
    }
  }

  static double seconds(String line) {
    String[] words = line.split(" +");
    if (!words[0].equals("cpu")) {
      throw new IllegalStateException(STAT + " begins with \"" + line + "\", not with the sum of all CPUs");
    }
    long ticks = 0;
    for (int field : WORK) {
      ticks += Long.parseLong(words[field]);
    }
    return ticks / TICKS_PER_SECOND;
  }
}
