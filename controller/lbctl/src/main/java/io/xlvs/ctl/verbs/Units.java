// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import java.util.Locale;

/** Numbers for people. */
final class Units {
  private static final String[] DECIMAL = {"", "k", "M", "G", "T", "P", "E"};
  private static final String[] BINARY = {" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};

  private Units() {}

  /** A count with a decimal prefix, three digits: 12.3k. */
  static String count(long value) {
    return scaled(value, 1000, DECIMAL);
  }

  /** Bytes with a binary prefix: 1.5 MiB. */
  static String bytes(long value) {
    return scaled(value, 1024, BINARY);
  }

  /** Seconds as 1d 2h, 3h 4m, 5m 6s or 7s. */
  static String duration(long seconds) {
    if (seconds >= 86400) {
      return seconds / 86400 + "d " + seconds % 86400 / 3600 + "h";
    }
    if (seconds >= 3600) {
      return seconds / 3600 + "h " + seconds % 3600 / 60 + "m";
    }
    return seconds >= 60 ? seconds / 60 + "m " + seconds % 60 + "s" : seconds + "s";
  }

  private static String scaled(long value, int base, String[] units) {
    double scaled = value;
    int unit = 0;
    // 999.5 would be printed as 1000.
    while (scaled >= base - 0.5 && unit < units.length - 1) {
      scaled /= base;
      unit++;
    }
    return (unit == 0 ? Long.toString(value) : String.format(Locale.ROOT, scaled < 99.95 ? "%.1f" : "%.0f", scaled))
        + units[unit];
  }
}
