// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Lines over a logarithmic axis of sizes, named at their ends, with quartiles as whiskers. The other axis begins at 0, or is
 * logarithmic where the largest value would hide the smallest.
 *
 * @param xTitle what grows
 * @param yTitle what it costs, with its unit
 * @param caption where and when
 */
record LinePlot(String title, String xTitle, String yTitle, String caption, List<Line> lines) {
  private static final int WIDTH = 920;
  private static final int HEIGHT = 520;
  private static final int LEFT = 72;
  private static final int RIGHT = WIDTH - 215;
  private static final int TOP = 58;
  private static final int BOTTOM = HEIGHT - 90;
  private static final int LABEL_STEP = 16;

  /** From which ratio of the largest to the smallest value on. */
  private static final double HIDING = 50;

  /** @param reference drawn thin and dashed */
  record Line(String name, boolean reference, List<Point> points) {
    double last() {
      return points.get(points.size() - 1).y;
    }
  }

  record Point(double x, double y, double low, double high) {}

  Svg draw() {
    Svg svg = new Svg(WIDTH, HEIGHT, title);
    double largest = lines.stream().flatMap(line -> line.points.stream()).mapToDouble(p -> Math.max(p.y, p.high)).max().orElse(1);
    double smallest = lines.stream().flatMap(line -> line.points.stream()).mapToDouble(p -> Math.max(1, Math.min(p.y, p.low))).min().orElse(1);
    Axis y = largest / smallest > HIDING ? Axis.logarithmic(smallest, largest) : Axis.linear(largest);
    double most = lines.stream().flatMap(line -> line.points.stream()).mapToDouble(Point::x).max().orElse(1);
    Axis x = Axis.decades(most);
    grid(svg, x, y);
    for (int i = 0; i < lines.size(); i++) {
      draw(svg, lines.get(i), colour(i), x, y);
    }
    labels(svg, x, y);
    svg.text("soft small", Svg.START, 24, HEIGHT - 18, caption);
    return svg;
  }

  /** A reference has the colour that all references have. */
  private int colour(int line) {
    return lines.get(line).reference ? Svg.GREY : line % Svg.SERIES;
  }

  private void grid(Svg svg, Axis x, Axis y) {
    for (double tick : y.ticks) {
      svg.line("grid", LEFT, y(y, tick), RIGHT, y(y, tick));
      svg.text("soft small", Svg.END, LEFT - 8, y(y, tick) + 4, words(tick));
    }
    for (double tick : x.ticks) {
      svg.line("grid", x(x, tick), BOTTOM, x(x, tick), BOTTOM + 5);
      svg.text("soft small", Svg.MIDDLE, x(x, tick), BOTTOM + 20, words(tick));
    }
    svg.text("ink", Svg.MIDDLE, (LEFT + RIGHT) / 2.0, BOTTOM + 44, xTitle);
    svg.textUpwards("ink", 22, (TOP + BOTTOM) / 2.0, yTitle);
  }

  private static void draw(Svg svg, Line line, int colour, Axis x, Axis y) {
    double[] points = new double[2 * line.points.size()];
    for (int i = 0; i < line.points.size(); i++) {
      Point p = line.points.get(i);
      points[2 * i] = x(x, p.x);
      points[2 * i + 1] = y(y, p.y);
      if (!line.reference) {
        svg.line("s" + colour, points[2 * i], y(y, p.low), points[2 * i], y(y, p.high));
        svg.dot("f" + colour, points[2 * i], points[2 * i + 1]);
      }
    }
    svg.path((line.reference ? "thin s" : "line s") + colour, points);
  }

  /** Name and last value of each line behind its end, none over another. */
  private void labels(Svg svg, Axis x, Axis y) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      order.add(i);
    }
    order.sort(Comparator.comparingDouble(i -> y(y, lines.get(i).last())));
    double[] places = order.stream().mapToDouble(i -> y(y, lines.get(i).last())).toArray();
    double[] free = spread(places, LABEL_STEP, BOTTOM);
    for (int i = 0; i < free.length; i++) {
      Line line = lines.get(order.get(i));
      int colour = colour(order.get(i));
      double end = x(x, line.points.get(line.points.size() - 1).x);
      svg.line("s" + colour, end + 6, places[i], RIGHT + 18, free[i]);
      svg.text("f" + colour, Svg.START, RIGHT + 22, free[i] + 4, line.name + "  " + words(Math.rint(line.last())));
    }
  }

  /** Ascending places, moved as little as needed to be {@code step} apart and at most {@code most}. */
  static double[] spread(double[] places, double step, double most) {
    double[] free = places.clone();
    for (int i = 1; i < free.length; i++) {
      free[i] = Math.max(free[i], free[i - 1] + step);
    }
    for (int i = free.length - 1; i >= 0; i--) {
      free[i] = Math.min(free[i], i == free.length - 1 ? most : free[i + 1] - step);
    }
    return free;
  }

  private static double x(Axis axis, double value) {
    return LEFT + 10 + axis.share(value) * (RIGHT - LEFT - 20);
  }

  private static double y(Axis axis, double value) {
    return BOTTOM - axis.share(value) * (BOTTOM - TOP);
  }

  static String words(double value) {
    if (value >= 1_000_000) {
      return String.format(Locale.ROOT, "%.1f million", value / 1_000_000).replace(".0", "");
    }
    return String.format(Locale.ROOT, value == Math.rint(value) ? "%,.0f" : "%s", value);
  }

  /** An axis from {@code first} to {@code last}. */
  record Axis(boolean logs, double first, double last, List<Double> ticks) {
    static Axis linear(double largest) {
      double step = Math.pow(10, Math.floor(Math.log10(largest)));
      step = largest / step <= 2 ? step / 5 : largest / step <= 5 ? step / 2 : step;
      List<Double> ticks = new ArrayList<>();
      double last = Math.ceil(largest / step) * step;
      for (int i = 0; i * step <= last * 1.0001; i++) {
        ticks.add(i * step);
      }
      return new Axis(false, 0, last, ticks);
    }

    static Axis logarithmic(double smallest, double largest) {
      List<Double> ticks = new ArrayList<>();
      for (double decade = Math.pow(10, Math.floor(Math.log10(smallest))); decade <= largest * 10; decade *= 10) {
        for (int digit : new int[] {1, 2, 5}) {
          if (ticks.isEmpty() || ticks.get(ticks.size() - 1) < largest) {
            ticks.add(decade * digit);
          }
        }
      }
      ticks.removeIf(tick -> ticks.indexOf(tick) + 1 < ticks.size() && ticks.get(ticks.indexOf(tick) + 1) <= smallest);
      return new Axis(true, ticks.get(0), ticks.get(ticks.size() - 1), ticks);
    }

    private static final double ROOM_FOR_TICK = 5;

    /** From 1 to the most, whose tick need not be a power of ten. */
    static Axis decades(double most) {
      List<Double> ticks = new ArrayList<>();
      for (double tick = 1; tick <= most; tick *= 10) {
        ticks.add(tick);
      }
      if (most > ROOM_FOR_TICK * ticks.get(ticks.size() - 1)) {
        ticks.add(most);
      }
      return new Axis(true, 1, Math.max(10, most), ticks);
    }

    double share(double value) {
      return logs
          ? Math.log(Math.max(value, first) / first) / Math.log(last / first)
          : (value - first) / (last - first);
    }
  }
}
