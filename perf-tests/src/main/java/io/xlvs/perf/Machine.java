// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Locale;

/**
 * Where a measurement was made.
 *
 * @param cpu model name
 * @param cpus how many are online
 * @param kernel release
 * @param date of the measurement
 */
record Machine(String cpu, int cpus, String kernel, String date) {
  static Machine here() {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      String model =
          lines
              .filter(line -> line.startsWith("model name"))
              .map(line -> line.substring(line.indexOf(':') + 1).trim())
              .findFirst()
              .orElse(System.getProperty("os.arch"));
      return new Machine(
          model, Runtime.getRuntime().availableProcessors(), System.getProperty("os.version"), LocalDate.now().toString());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read /proc/cpuinfo", e);
    }
  }

  /** The CPU's model as a file name: absolute times of one kind say nothing of another. */
  @JsonIgnore
  String kind() {
    return cpu.replaceAll("\\((R|TM)\\)", "").toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
  }

  /** Keeps the calling thread on the last CPU. */
  static void pinThread() {
    pinThread(Runtime.getRuntime().availableProcessors() - 1);
  }

  /** Keeps the calling thread, and those that it will start, on a CPU. */
  static void pinThread(int cpu) {
    bindThread(Integer.toString(cpu));
  }

  /** Lets the calling thread, and the processes that it starts, run on every CPU again. */
  static void releaseThread() {
    // What Java counts are the calling thread's CPUs.
    bindThread("0-" + (Integer.parseInt(Lab.run("nproc", "--all").trim()) - 1));
  }

  /** Has the calling thread run whenever it can, before every thread without a real-time priority. */
  static void precedeOthers() {
    Lab.run("chrt", "-f", "-p", "1", threadId());
  }

  private static void bindThread(String cpus) {
    Lab.run("taskset", "-cp", cpus, threadId());
  }

  private static String threadId() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot tell the calling thread's id", e);
    }
  }

  @Override
  public String toString() {
    return cpu + ", " + cpus + " CPUs, Linux " + kernel + ", " + date;
  }
}
