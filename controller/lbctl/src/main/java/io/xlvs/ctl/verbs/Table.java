// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import java.util.ArrayList;
import java.util.List;

/** Aligned text columns with a title row; a title that begins with {@code >} is a column of numbers, aligned right. */
final class Table {
  private static final String RIGHT = ">";
  private static final String GAP = "  ";
  private static final String BOLD = "\u001b[1m";
  private static final String YELLOW = "\u001b[33m";
  private static final String RESET = "\u001b[0m";

  private final boolean colours;
  private final List<String> titles = new ArrayList<>();
  private final List<Boolean> right = new ArrayList<>();
  private final List<List<String>> rows = new ArrayList<>();
  private final List<Boolean> marked = new ArrayList<>();

  Table(boolean colours, String... titles) {
    this.colours = colours;
    for (String title : titles) {
      right.add(title.startsWith(RIGHT));
      this.titles.add(title.startsWith(RIGHT) ? title.substring(RIGHT.length()) : title);
    }
  }

  Table row(Object... cells) {
    return markedRow(false, cells);
  }

  /** @param mark whether the row deserves attention: coloured on a terminal */
  Table markedRow(boolean mark, Object... cells) {
    List<String> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(String.valueOf(cell));
    }
    rows.add(row);
    marked.add(mark);
    return this;
  }

  @Override
  public String toString() {
    int[] widths = new int[titles.size()];
    for (int i = 0; i < widths.length; i++) {
      int column = i;
      widths[i] = Math.max(titles.get(i).length(), rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0));
    }
    StringBuilder text = new StringBuilder();
    line(text, titles, widths, BOLD);
    for (int i = 0; i < rows.size(); i++) {
      line(text, rows.get(i), widths, marked.get(i) ? YELLOW : "");
    }
    return text.toString();
  }

  private void line(StringBuilder text, List<String> cells, int[] widths, String colour) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String blank = " ".repeat(widths[i] - cells.get(i).length());
      line.append(i == 0 ? "" : GAP).append(right.get(i) ? blank + cells.get(i) : cells.get(i) + blank);
    }
    boolean coloured = colours && !colour.isEmpty();
    text.append(coloured ? colour : "").append(line.toString().stripTrailing()).append(coloured ? RESET : "").append('\n');
  }
}
