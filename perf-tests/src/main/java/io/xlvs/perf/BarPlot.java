// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.util.Arrays;
import java.util.List;

/**
 * Horizontal bars in groups, the groups of a panel on one scale; each bar ends in its value.
 *
 * @param series what the bars of a group are, in their order
 * @param caption where and when
 */
record BarPlot(String title, String caption, List<String> series, List<Panel> panels) {
  private static final int LEFT = 24;
  private static final int NAMES = 100;
  private static final int BAR = 13;
  private static final int GAP = 12;
  private static final int PANEL = 420;
  private static final int VALUES = 56;
  private static final int TOP = 104;

  /** @param title with the unit */
  record Panel(String title, List<Group> groups) {}

  /** @param values in the order of the series; NaN where there is none */
  record Group(String name, double[] values) {}

  Svg draw() {
    int step = series.size() * (BAR + 1) + GAP;
    int rows = panels.stream().mapToInt(panel -> panel.groups.size()).max().orElse(0);
    Svg svg = new Svg(2 * LEFT + panels.size() * PANEL, TOP + rows * step + 44, title);
    double at = LEFT;
    for (int i = 0; i < series.size(); i++) {
      svg.rect("f" + colour(i), at, 50, BAR, BAR);
      svg.text("ink", Svg.START, at + BAR + 6, 61, series.get(i));
      at += BAR + 30 + 7.5 * series.get(i).length();
    }
    for (int i = 0; i < panels.size(); i++) {
      draw(svg, panels.get(i), LEFT + i * PANEL, step);
    }
    svg.text("soft small", Svg.START, LEFT, TOP + rows * step + 26, caption);
    return svg;
  }

  /** The first two series are ours; the others are there to compare with. */
  private static int colour(int series) {
    return series == 0 ? 0 : series == 1 ? 5 : series == 2 ? Svg.GREY : Svg.LIGHT_GREY;
  }

  private void draw(Svg svg, Panel panel, int left, int step) {
    svg.text("ink", Svg.START, left, TOP - 14, panel.title);
    double largest = panel.groups.stream().flatMapToDouble(group -> Arrays.stream(group.values)).filter(v -> !Double.isNaN(v)).max().orElse(1);
    double scale = (PANEL - NAMES - VALUES - LEFT) / largest;
    for (int row = 0; row < panel.groups.size(); row++) {
      Group group = panel.groups.get(row);
      double top = TOP + row * step;
      svg.text("ink", Svg.END, left + NAMES - 10, top + bars(group) * (BAR + 1) / 2.0 + 4, group.name);
      double y = top;
      for (int i = 0; i < series.size(); i++) {
        if (!Double.isNaN(group.values[i])) {
          svg.rect("f" + colour(i), left + NAMES, y, Math.max(1, group.values[i] * scale), BAR);
          svg.text("soft small", Svg.START, left + NAMES + group.values[i] * scale + 5, y + BAR - 2.5, value(group.values[i]));
          y += BAR + 1;
        }
      }
    }
  }

  private static long bars(Group group) {
    return Arrays.stream(group.values).filter(value -> !Double.isNaN(value)).count();
  }

  private static String value(double value) {
    return value < 10 ? Figure.number(value) : LinePlot.words(Math.rint(value));
  }
}
