// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code make bench-publish}: stores the last run in docs/perf, where later runs are compared with it, draws its pictures there, and
 * writes its tables into docs/perf/README.md and its headline into README.md. Prose stays as it is.
 */
public final class BenchPublish {
  private BenchPublish() {}

  /** {@code [BENCH_JSON [ROOT]]}, by default target/bench.json and the root of the source tree, which is the working directory. */
  public static void main(String[] arguments) throws IOException {
    Path run = Path.of(arguments.length > 0 ? arguments[0] : "target/bench.json");
    if (!Files.exists(run)) {
      System.err.println("bench-publish: there is no " + run + ": run `make bench' first");
      System.exit(2);
    }
    Results results = Results.read(run);
    if (results.quick()) {
      System.err.println("bench-publish: " + run + " is of a quick run, which has too few repetitions: run `make bench'");
      System.exit(2);
    }
    publish(results, Path.of(arguments.length > 1 ? arguments[1] : ""));
    System.out.println("Published " + String.join(", ", results.parts().keySet()) + " of " + results.machine() + " in docs/perf and README.md.");
  }

  static void publish(Results run, Path root) throws IOException {
    Path directory = root.resolve("docs/perf");
    Path stored = directory.resolve(run.machine().kind() + ".json");
    Page page = Page.read(directory.resolve("README.md"));
    for (Map.Entry<String, List<Figure>> part : run.parts().entrySet()) {
      page.fill(part.getKey(), run.machine() + "\n\n" + table(part.getValue()));
    }
    Results all = Files.exists(stored) ? beside(Results.read(stored), run) : run;
    Page front = Page.read(root.resolve("README.md"));
    front.fill("headline", Headline.of(all));
    Plots.write(all, directory);
    all.write(stored);
    page.write();
    front.write();
  }

  /** A run of some parts takes the place of these only. */
  private static Results beside(Results stored, Results run) {
    Map<String, List<Figure>> parts = new LinkedHashMap<>(stored.parts());
    parts.putAll(run.parts());
    Map<String, Double> seconds = new LinkedHashMap<>(stored.seconds());
    seconds.putAll(run.seconds());
    return new Results(run.machine(), false, parts, seconds);
  }

  private static String table(List<Figure> figures) {
    StringBuilder table = new StringBuilder("| | median | quartiles | beside: its median: ratio or difference (what is asked) | |\n|---|---:|---:|---|---|\n");
    figures.forEach(figure -> table.append("| ").append(String.join(" | ", figure.cells())).append(" |\n"));
    return table.toString();
  }
}
