// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A page of documentation with places for what a run has found, each between {@code <!-- bench:NAME -->} and {@code <!-- /bench:NAME -->}. */
final class Page {
  private final Path file;
  private String text;

  private Page(Path file, String text) {
    this.file = file;
    this.text = text;
  }

  static Page read(Path file) throws IOException {
    return new Page(file, Files.readString(file));
  }

  boolean has(String place) {
    return text.contains(begin(place));
  }

  /** Replaces what is in a place; fails if the page has none of that name. */
  void fill(String place, String content) {
    int begin = text.indexOf(begin(place));
    int end = text.indexOf(end(place));
    if (begin < 0 || end < begin) {
      throw new IllegalStateException(
          file + " has no place for '" + place + "': put a line '" + begin(place) + "' and a line '" + end(place) + "' where it belongs");
    }
    text = text.substring(0, begin + begin(place).length()) + "\n" + content.strip() + "\n" + text.substring(end);
  }

  void write() throws IOException {
    Files.writeString(file, text);
  }

  private static String begin(String place) {
    return "<!-- bench:" + place + " -->";
  }

  private static String end(String place) {
    return "<!-- /bench:" + place + " -->";
  }
}
