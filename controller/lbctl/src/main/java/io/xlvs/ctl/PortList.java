// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import io.xlvs.v1.PortRange;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Ports of a mark rule as they are written: {@code 80,443,8000-8080}, or {@code all}. */
public final class PortList {
  private static final int MAX_PORT = 65535;
  private static final String ALL = "all";
  private static final Pattern RANGE = Pattern.compile("(?<first>\\d{1,5})(-(?<last>\\d{1,5}))?");

  private PortList() {}

  /**
   * Reads a list.
   *
   * @param option where it stood, such as "--tcp"
   */
  public static List<PortRange> parse(String option, String text) {
    if (text.equals(ALL)) {
      return List.of(range(1, MAX_PORT));
    }
    List<PortRange> ranges = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      Matcher matcher = RANGE.matcher(part);
      int first = matcher.matches() ? Integer.parseInt(matcher.group("first")) : 0;
      int last = first == 0 || matcher.group("last") == null ? first : Integer.parseInt(matcher.group("last"));
      if (first < 1 || last > MAX_PORT || first > last) {
        throw new Failure(Failure.USAGE, option + ": `" + part + "' is no port",
            "write ports of 1 to 65535 and ranges, separated by commas, such as 80,443,8000-8080, or " + ALL);
      }
      ranges.add(range(first, last));
    }
    return ranges;
  }

  private static PortRange range(int first, int last) {
    return PortRange.newBuilder().setFirst(first).setLast(last).build();
  }

  /** The list that {@link #parse} reads back; empty without ranges. */
  public static String text(List<PortRange> ranges) {
    List<String> parts = new ArrayList<>();
    for (PortRange range : ranges) {
      boolean every = range.getFirst() == 1 && range.getLast() == MAX_PORT;
      parts.add(every ? ALL : range.getFirst() == range.getLast() ? "" + range.getFirst() : range.getFirst() + "-" + range.getLast());
    }
    return String.join(",", parts);
  }
}
