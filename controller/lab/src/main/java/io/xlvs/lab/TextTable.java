// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import java.util.ArrayList;
import java.util.List;

/** A table of text with columns as wide as they need. */
public final class TextTable {
  private final List<List<String>> rows = new ArrayList<>();

  /** With these heads. */
  public TextTable(String... heads) {
    rows.add(List.of(heads));
  }

  /** Adds a row of as many cells. */
  public TextTable row(String... cells) {
    rows.add(List.of(cells));
    return this;
  }

  /** Lines, with a rule under the heads. */
  public String text() {
    int[] widths = new int[rows.get(0).size()];
    for (List<String> row : rows) {
      for (int column = 0; column < widths.length; column++) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
    }
    StringBuilder text = new StringBuilder(line(rows.get(0), widths));
    for (int width : widths) {
      text.append("  ").append("─".repeat(width));
    }
    text.append('\n');
    rows.stream().skip(1).forEach(row -> text.append(line(row, widths)));
    return text.toString();
  }

  private static String line(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      line.append("  ").append(row.get(column)).append(" ".repeat(widths[column] - row.get(column).length()));
    }
    return line.toString().stripTrailing() + "\n";
  }
}
