// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a run of the benchmark has found: printed as it comes, and kept for the files. */
final class Report {
  private final Machine machine;
  private final boolean quick;
  private final Map<String, List<Figure>> parts = new LinkedHashMap<>();
  private final Map<String, Double> seconds = new LinkedHashMap<>();
  private final StringBuilder page = new StringBuilder();
  private List<Figure> current;

  Report(Machine machine, boolean quick) {
    this.machine = machine;
    this.quick = quick;
    write(machine + "\n");
  }

  /** Whether fewer situations and repetitions will do. */
  boolean quick() {
    return quick;
  }

  /** Runs a part under its own title, and says how long it took. */
  void run(Part part) throws Exception {
    current = parts.computeIfAbsent(part.name(), name -> new ArrayList<>());
    write("\n# " + part.name() + "\n" + part.title() + "\n\n" + Figure.header());
    long begin = System.nanoTime();
    part.run(this);
    double taken = (System.nanoTime() - begin) / 1e9;
    seconds.merge(part.name(), taken, Double::sum);
    write(String.format(Locale.ROOT, "%n%s took %.0f s.%n", part.name(), taken));
  }

  void add(Figure figure) {
    current.add(figure);
    write(figure.line());
  }

  /** Says how many bars hold, and names those that do not. */
  void close() {
    List<Figure> figures = parts.values().stream().flatMap(List::stream).toList();
    List<Figure> barred = figures.stream().filter(Figure::isBarred).toList();
    List<Figure> held = with(Figure.Verdict.HOLDS, barred);
    write(String.format(Locale.ROOT, "%nAll parts took %.0f s.%n", seconds.values().stream().mapToDouble(taken -> taken).sum()));
    if (!barred.isEmpty()) {
      write( held.size() + " of " + barred.size() + " bars hold.\n");
    }
    with(Figure.Verdict.MISSES, barred).forEach(figure -> write("missed: " + figure.name() + "\n"));
    with(Figure.Verdict.FORBIDDEN, barred).forEach(figure -> write("forbidden by what was measured beside it: " + figure.name() + "\n"));
  }

  private static List<Figure> with(Figure.Verdict verdict, List<Figure> figures) {
    return figures.stream().filter(figure -> figure.verdict() == verdict).toList();
  }

  Results results() {
    return new Results(machine, quick, parts, seconds);
  }

  /** Writes bench.json and bench.md. */
  void save(Path directory) throws IOException {
    results().write(directory.resolve("bench.json"));
    Files.writeString(directory.resolve("bench.md"), page);
  }

  /** Words among the tables. */
  void write(String text) {
    page.append(text);
    System.out.print(text);
    System.out.flush();
  }
}
