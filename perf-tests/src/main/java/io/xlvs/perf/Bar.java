// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.util.Locale;

/**
 * What is asked of a figure.
 *
 * @param kind what is compared with the limit
 * @param limit in the figure's unit, or a ratio
 */
record Bar(Kind kind, double limit) {
  /** What is compared. */
  enum Kind {
    NONE(""),
    AT_MOST("max %s"),
    AT_LEAST("min %s"),
    RATIO_AT_MOST("max %s"),
    RATIO_AT_LEAST("min %s"),
    MORE_AT_MOST("max +%s");

    private final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  /** Nothing is asked. */
  static final Bar NONE = new Bar(Kind.NONE, 0);

  static Bar atMost(double limit) {
    return new Bar(Kind.AT_MOST, limit);
  }

  static Bar atLeast(double limit) {
    return new Bar(Kind.AT_LEAST, limit);
  }

  static Bar ratioAtMost(double limit) {
    return new Bar(Kind.RATIO_AT_MOST, limit);
  }

  static Bar ratioAtLeast(double limit) {
    return new Bar(Kind.RATIO_AT_LEAST, limit);
  }

  static Bar moreAtMost(double limit) {
    return new Bar(Kind.MORE_AT_MOST, limit);
  }

  /** Whether a value meets it, beside a reference (NaN where there is none). A value that is no number meets nothing. */
  boolean holds(double value, double reference) {
    return switch (kind) {
      case NONE -> true;
      case AT_MOST -> value <= limit;
      case AT_LEAST -> value >= limit;
      case RATIO_AT_MOST -> value <= limit * reference;
      case RATIO_AT_LEAST -> value >= limit * reference;
      case MORE_AT_MOST -> value - reference <= limit;
    };
  }

  /** What is compared with the limit, as tables print it; a ratio where nothing is asked. */
  String result(double value, double reference) {
    return switch (kind) {
      case AT_MOST, AT_LEAST -> Figure.number(value);
      case MORE_AT_MOST -> String.format(Locale.ROOT, "%+.2f", value - reference);
      case NONE, RATIO_AT_MOST, RATIO_AT_LEAST -> String.format(Locale.ROOT, "%.2f", value / reference);
    };
  }

  @Override
  public String toString() {
    String number = limit == Math.rint(limit) ? String.format(Locale.ROOT, "%.0f", limit) : String.valueOf(limit);
    return String.format(Locale.ROOT, kind.words, number);
  }
}
