// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
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
 * @param point where a picture shows it, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Figure(
    String name, String unit, double value, double low, double high, Bar bar, List<Comparison> comparisons, boolean disturbed,
    Point point) {
  /** What lines of 160 columns leave for comparisons; more of them go below. */
  private static final int BESIDE = 72;

  private static final String ROW = "| %-38s | %12s | %16s | %-" + BESIDE + "s | %-6s |%n";

  /**
   * What the value is set beside.
   *
   * @param with "floor B", "bare redirect", ...
   * @param reference its median, in the figure's unit
   * @param low its lower quartile
   * @param high its upper quartile
   * @param bar asked of the two
   */
  record Comparison(String with, double reference, double low, double high, Bar bar) {}

  /**
   * A place in a picture.
   *
   * @param plot the picture's name
   * @param line which of its lines
   * @param x how many services, connections, servers
   */
  record Point(String plot, String line, double x) {}

  Figure {
    comparisons = List.copyOf(comparisons);
  }

  static Figure of(String name, String unit, Series series) {
    return new Figure(
        name, unit, series.median(), series.quantile(0.25), series.quantile(0.75), Bar.NONE, List.of(), false, null);
  }

  Figure asked(Bar asked) {
    return new Figure(name, unit, value, low, high, asked, comparisons, disturbed, point);
  }

  Figure beside(String with, Series reference, Bar asked) {
    List<Comparison> more = new ArrayList<>(comparisons);
    more.add(new Comparison(with, reference.median(), reference.quantile(0.25), reference.quantile(0.75), asked));
    return new Figure(name, unit, value, low, high, bar, more, disturbed, point);
  }

  Figure disturbed(boolean was) {
    return new Figure(name, unit, value, low, high, bar, comparisons, was, point);
  }

  /** Shows it in a picture. */
  Figure at(String plot, String line, double x) {
    return new Figure(name, unit, value, low, high, bar, comparisons, disturbed, new Point(plot, line, x));
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
    return String.format(Locale.ROOT, ROW, "", "median", "quartiles", "beside: its median: ratio or difference (what is asked)", "")
        + "|---|---:|---:|---|---|\n";
  }

  /** Its row; rows below hold comparisons for which there is no room. */
  String line() {
    StringBuilder rows = new StringBuilder();
    String[] cells = cells();
    String rest = cells[3];
    do {
      int end = rest.length() <= BESIDE ? rest.length() : rest.lastIndexOf(';', BESIDE - 1) + 1;
      end = end == 0 ? rest.length() : end;
      rows.append(String.format(Locale.ROOT, ROW, cells[0], cells[1], cells[2], rest.substring(0, end), cells[4]));
      rest = rest.substring(end).strip();
      cells = new String[] {"", "", "", "", ""};
    } while (!rest.isEmpty());
    return rows.toString();
  }

  /** Name, median, quartiles (of what was measured once, none), comparisons, verdict. A median that was measured while the machine was busy is "about" so much. */
  String[] cells() {
    String verdict = !isBarred() ? "" : misses() ? "MISSES" : "holds";
    boolean once = low == high;
    String median = once && value == Math.rint(value) ? String.format(Locale.ROOT, "%,.0f", value) : number(value);
    String quartiles = once ? "" : number(low) + " - " + number(high);
    return new String[] {name, ((disturbed ? "~" : "") + median + " " + unit).strip(), quartiles, beside(), verdict};
  }

  private String beside() {
    String own = bar.toString();
    String others = comparisons.stream().map(this::words).collect(Collectors.joining("; "));
    return own + (own.isEmpty() || others.isEmpty() ? "" : "; ") + others;
  }

  private String words(Comparison c) {
    boolean difference = c.bar.kind() == Bar.Kind.MORE_AT_MOST;
    String result = String.format(Locale.ROOT, difference ? "%+.2f" : "%.2f", difference ? value - c.reference : value / c.reference);
    String asked = c.bar.toString();
    return c.with + " " + number(c.reference) + ": " + result + (asked.isEmpty() ? "" : " (" + asked + ")");
  }

  /** With as many digits as are worth reading. */
  static String number(double value) {
    return String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.2f" : Math.abs(value) < 1000 ? "%.1f" : "%,.0f", value);
  }
}
