// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

/** Text in columns. A listing may have millions of lines, for which {@link String#format} takes a minute. */
final class Columns {
  private Columns() {}

  /** A line of cells, each but the last followed by a blank; cells are padded to a width where there is one. */
  static String line(int[] widths, String... cells) {
    StringBuilder line = new StringBuilder(100);
    for (int i = 0; i < cells.length; i++) {
      line.append(cells[i]);
      for (int blank = i < widths.length ? widths[i] - cells[i].length() : 0; blank > 0; blank--) {
        line.append(' ');
      }
      line.append(i < cells.length - 1 ? ' ' : '\n');
    }
    return line.toString();
  }
}
