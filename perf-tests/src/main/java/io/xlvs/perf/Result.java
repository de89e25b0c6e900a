// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Locale;

/**
 * One line of the table. Times are medians in nanoseconds a packet.
 *
 * @param name of the scenario
 * @param base what the harness takes
 * @param floor the floor program net of the base; NaN where there is none
 * @param xlvs the data plane net of the base
 * @param low lower quartile of that
 * @param high upper quartile of that
 * @param bar what is asked for: a ratio to the floor, or nanoseconds where there is none; NaN where nothing is
 * @param disturbed the machine was busy with other things even in its quietest turns
 */
record Result(String name, double base, double floor, double xlvs, double low, double high, double bar, boolean disturbed) {
  double ratio() {
    return xlvs / floor;
  }

  @JsonIgnore
  boolean misses() {
    return (Double.isNaN(floor) ? xlvs : ratio()) > bar;
  }

  static String header() {
    return String.format(Locale.ROOT, "| %-36s | %9s | %9s | %15s | %6s | %5s | %-6s |%n", "", "floor ns", "xlvs ns", "quartiles",
            "ratio", "bar", "")
        + "|---|---:|---:|---:|---:|---:|---|\n";
  }

  String line() {
    String quartiles = number(low) + " - " + number(high);
    String verdict = Double.isNaN(bar) ? "" : misses() ? "MISSES" : "holds";
    verdict += disturbed ? " (disturbed)" : "";
    return String.format(Locale.ROOT, "| %-36s | %9s | %9s | %15s | %6s | %5s | %-6s |%n", name, number(floor), number(xlvs),
        quartiles, ratioText(ratio()), ratioText(bar), verdict);
  }

  private static String number(double ns) {
    return Double.isNaN(ns) ? "" : String.format(Locale.ROOT, "%.1f", ns);
  }

  private static String ratioText(double ratio) {
    return Double.isNaN(ratio) ? "" : String.format(Locale.ROOT, "%.2f", ratio);
  }
}
