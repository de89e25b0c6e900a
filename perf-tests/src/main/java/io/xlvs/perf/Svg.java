// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Writes a picture of lines, bars and words that is readable on a light and on a dark page. Lengths are pixels, y grows downwards. */
final class Svg {
  static final String START = "start";
  static final String MIDDLE = "middle";
  static final String END = "end";

  /** Colours 0 to 5 tell series apart; each is readable on white and on black. */
  static final int SERIES = 6;

  /** What is there to compare with. */
  static final int GREY = 6;
  static final int LIGHT_GREY = 7;

  private static final String STYLE =
      """
      .page{fill:#fff}.ink{fill:#1f2328}.soft{fill:#59636e}.grid{stroke:#d8dee4}
      @media (prefers-color-scheme:dark){.page{fill:#0d1117}.ink{fill:#e6edf3}.soft{fill:#9198a1}.grid{stroke:#2d333b}}
      .grid{stroke-width:1}.line{fill:none;stroke-width:2;stroke-linejoin:round}.thin{fill:none;stroke-width:1.3;stroke-dasharray:5 4}
      .title{font-size:17px;font-weight:600}.small{font-size:12px}
      """;

  private static final String[] PALETTE = {"#2f81f7", "#2da44e", "#e16f24", "#a371f7", "#db4a68", "#1b9aaa", "#8b949e", "#c3cad1"};

  private final StringBuilder body = new StringBuilder();

  Svg(int width, int height, String title) {
    body.append(String.format(
        Locale.ROOT,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" font-size=\"13\""
            + " font-family=\"system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif\">%n<title>%s</title>%n<style>%n%s",
        width, height, width, height, escape(title), STYLE));
    for (int i = 0; i < PALETTE.length; i++) {
      body.append(String.format(".s%d{stroke:%s}.f%d{fill:%s}%n", i, PALETTE[i], i, PALETTE[i]));
    }
    body.append("</style>\n");
    rect("page", 0, 0, width, height);
    text("ink title", START, 24, 34, title);
  }

  void rect(String style, double x, double y, double width, double height) {
    add("<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>%n", style, x, y, width, height);
  }

  void line(String style, double x1, double y1, double x2, double y2) {
    add("<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n", style, x1, y1, x2, y2);
  }

  void dot(String style, double x, double y) {
    add("<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.2\"/>%n", style, x, y);
  }

  /** A line through points: x and y in turns. */
  void path(String style, double... points) {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < points.length; i += 2) {
      list.append(String.format(Locale.ROOT, "%.1f,%.1f ", points[i], points[i + 1]));
    }
    add("<polyline class=\"%s\" points=\"%s\"/>%n", style, list.toString().strip());
  }

  /** @param anchor which end of the text lies at x */
  void text(String style, String anchor, double x, double y, String words) {
    add("<text class=\"%s\" text-anchor=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>%n", style, anchor, x, y, escape(words));
  }

  /** Upwards along an axis. */
  void textUpwards(String style, double x, double y, String words) {
    add("<text class=\"%s\" text-anchor=\"middle\" transform=\"translate(%.1f %.1f) rotate(-90)\">%s</text>%n", style, x, y, escape(words));
  }

  private void add(String format, Object... values) {
    body.append(String.format(Locale.ROOT, format, values));
  }

  private static String escape(String words) {
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
  }

  void write(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, body + "</svg>\n");
  }
}
