// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * One line of the table: a median, what it is compared with, and what is asked of it.
 *
 * @param name unique within its part, and the same in every run: stored baselines are found by it
 * @param unit "ns", "Mpps", "s", ...
 * @param value the median
 * @param low lower quartile
 * @param high upper quartile
 * @param bar asked of the value alone
 * @param comparisons what was measured in the same run to compare with
 * @param disturbed the machine was busy with other things even in its quietest turns
 */
record Figure(
    String name, String unit, double value, double low, double high, Bar bar, List<Comparison> comparisons, boolean disturbed) {
  /**
   * What the value is set beside.
   *
   * @param with "floor B", "bare redirect", ...
   * @param reference its median, in the figure's unit
   * @param bar asked of the two
   */
  record Comparison(String with, double reference, Bar bar) {}

  Figure {
    comparisons = List.copyOf(comparisons);
  }

  static Figure of(String name, String unit, Series series) {
    return new Figure(
        name, unit, series.median(), series.quantile(0.25), series.quantile(0.75), Bar.NONE, List.of(), false);
  }

  Figure asked(Bar asked) {
    return new Figure(name, unit, value, low, high, asked, comparisons, disturbed);
  }

  Figure beside(String with, Series reference, Bar asked) {
    List<Comparison> more = new ArrayList<>(comparisons);
    more.add(new Comparison(with, reference.median(), asked));
    return new Figure(name, unit, value, low, high, bar, more, disturbed);
  }

  Figure disturbed(boolean was) {
    return new Figure(name, unit, value, low, high, bar, comparisons, was);
  }

  @JsonIgnore
  boolean isBarred() {
    return bar.kind() != Bar.Kind.NONE || comparisons.stream().anyMatch(c -> c.bar.kind() != Bar.Kind.NONE);
  }

  @JsonIgnore
  boolean misses() {
    return !bar.holds(value, Double.NaN) || comparisons.stream().anyMatch(c -> !c.bar.holds(value, c.reference));
  }

  static String header() {
    return String.format(Locale.ROOT, "| %-40s | %14s | %17s | %-70s | %-6s |%n", "", "median", "quartiles", "beside", "")
        + "|---|---:|---:|---|---|\n";
  }

  String line() {
    String verdict = !isBarred() ? "" : misses() ? "MISSES" : "holds";
    return String.format(
        Locale.ROOT, "| %-40s | %14s | %17s | %-70s | %-6s |%n", name, number(value) + " " + unit,
        number(low) + " - " + number(high), beside(), verdict + (disturbed ? " (disturbed)" : ""));
  }

  private String beside() {
    String own = bar.toString();
    String others = comparisons.stream().map(this::words).collect(Collectors.joining("; "));
    return own + (own.isEmpty() || others.isEmpty() ? "" : "; ") + others;
  }

  private String words(Comparison c) {
    String asked = c.bar.toString();
    return String.format(Locale.ROOT, "%s %s: %.2f", c.with, number(c.reference), value / c.reference)
        + (asked.isEmpty() ? "" : " (" + asked + ")");
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.2f" : Math.abs(value) < 1000 ? "%.1f" : "%,.0f", value);
  }
}
