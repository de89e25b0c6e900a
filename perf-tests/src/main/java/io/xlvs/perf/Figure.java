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
 * @param limits what was measured in the same turns that nothing of the kind can beat
 * @param disturbed the machine was busy with other things even in its quietest turns
 * @param point where a picture shows it, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Figure(
    String name, String unit, double value, double low, double high, Bar bar, List<Comparison> comparisons, List<Limit> limits,
    boolean disturbed, Point point) {
  /** What lines of 160 columns leave for comparisons; more of them go below. */
  private static final int BESIDE = 72;

  private static final String ROW = "| %-36s | %12s | %15s | %-" + BESIDE + "s | %-9s |%n";

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
   * The least that must be done for such a figure, done by a program that does nothing else. A bar that this misses, too, is
   * forbidden by the machine and the kernel: what misses it says nothing about us.
   *
   * @param of "floor B", "plain routing", ...
   * @param value its median, in the figure's unit
   * @param reference what it is set beside if not what the figure is set beside, else null
   */
  record Limit(String of, double value, Double reference) {
    private boolean meets(Bar bar, double figuresReference) {
      return bar.holds(value, reference == null ? figuresReference : reference);
    }

    private String words(Bar bar, double figuresReference) {
      return of + " itself: " + bar.result(value, reference == null ? figuresReference : reference);
    }
  }

  /** Of all bars together. */
  enum Verdict {
    NONE(""),
    HOLDS("holds"),
    /** A bar that is missed is met by all limits. */
    MISSES("MISSES"),
    /** Each bar that is missed is missed by a limit as well. */
    FORBIDDEN("forbidden");

    private final String word;

    Verdict(String word) {
      this.word = word;
    }
  }

  /** A bar that is missed, and beside what. */
  private record Missed(Bar bar, double reference) {}

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
    limits = List.copyOf(limits);
  }

  static Figure of(String name, String unit, Series series) {
    return new Figure(
        name, unit, series.median(), series.quantile(0.25), series.quantile(0.75), Bar.NONE, List.of(), List.of(), false, null);
  }

  Figure asked(Bar asked) {
    return new Figure(name, unit, value, low, high, asked, comparisons, limits, disturbed, point);
  }

  Figure beside(String with, Series reference, Bar asked) {
    List<Comparison> more = new ArrayList<>(comparisons);
    more.add(new Comparison(with, reference.median(), reference.quantile(0.25), reference.quantile(0.75), asked));
    return new Figure(name, unit, value, low, high, bar, more, limits, disturbed, point);
  }

  /** Says what the least possible program came to in the same turns. */
  Figure limitedBy(String of, Series least) {
    return limitedBy(new Limit(of, least.median(), null));
  }

  /** As above, of a program with a reference of its own. */
  Figure limitedBy(String of, Series least, Series reference) {
    return limitedBy(new Limit(of, least.median(), reference.median()));
  }

  private Figure limitedBy(Limit limit) {
    List<Limit> more = new ArrayList<>(limits);
    more.add(limit);
    return new Figure(name, unit, value, low, high, bar, comparisons, more, disturbed, point);
  }

  Figure disturbed(boolean was) {
    return new Figure(name, unit, value, low, high, bar, comparisons, limits, was, point);
  }

  /** Shows it in a picture. */
  Figure at(String plot, String line, double x) {
    return new Figure(name, unit, value, low, high, bar, comparisons, limits, disturbed, new Point(plot, line, x));
  }

  @JsonIgnore
  boolean isBarred() {
    return bar.kind() != Bar.Kind.NONE || comparisons.stream().anyMatch(c -> c.bar.kind() != Bar.Kind.NONE);
  }

  Verdict verdict() {
    if (!isBarred()) {
      return Verdict.NONE;
    }
    List<Missed> missed = missed();
    boolean forbidden = missed.stream().allMatch(m -> limits.stream().anyMatch(limit -> !limit.meets(m.bar, m.reference)));
    return missed.isEmpty() ? Verdict.HOLDS : forbidden ? Verdict.FORBIDDEN : Verdict.MISSES;
  }

  private List<Missed> missed() {
    List<Missed> missed = new ArrayList<>();
    if (!bar.holds(value, Double.NaN)) {
      missed.add(new Missed(bar, Double.NaN));
    }
    comparisons.stream().filter(c -> !c.bar.holds(value, c.reference)).forEach(c -> missed.add(new Missed(c.bar, c.reference)));
    return missed;
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
    boolean once = low == high;
    String median = once && value == Math.rint(value) ? String.format(Locale.ROOT, "%,.0f", value) : number(value);
    String quartiles = once ? "" : number(low) + " - " + number(high);
    return new String[] {name, ((disturbed ? "~" : "") + median + " " + unit).strip(), quartiles, beside(), verdict().word};
  }

  private String beside() {
    List<String> words = new ArrayList<>();
    words.add(bar.toString());
    comparisons.forEach(c -> words.add(words(c)));
    missed().forEach(m -> limits.stream().filter(limit -> !limit.meets(m.bar, m.reference)).forEach(limit -> words.add(limit.words(m.bar, m.reference))));
    return words.stream().filter(word -> !word.isEmpty()).collect(Collectors.joining("; "));
  }

  private String words(Comparison c) {
    String asked = c.bar.toString();
    return c.with + " " + number(c.reference) + ": " + c.bar.result(value, c.reference) + (asked.isEmpty() ? "" : " (" + asked + ")");
  }

  /** With as many digits as are worth reading. */
  static String number(double value) {
    return String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.2f" : Math.abs(value) < 1000 ? "%.1f" : "%,.0f", value);
  }
}
