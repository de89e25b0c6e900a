// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code make bench}: prints nanoseconds a packet of the data plane beside the floor programs, and writes bench.json and
 * bench.md. Needs root.
 */
public final class Bench {
  private static final String USAGE =
      """
      usage: bench [--quick] [--results DIRECTORY]
        --quick    5 repetitions, no misses, no million flows (under a minute)
        --results  where bench.json and bench.md go (default: target)""";

  private Bench() {}

  /** Exits with 0 whatever the figures are, with 2 for a wrong option. */
  public static void main(String[] arguments) throws IOException {
    boolean quick = false;
    Path results = Path.of("target");
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].equals("--quick")) {
        quick = true;
      } else if (arguments[i].equals("--results") && i + 1 < arguments.length) {
        results = Path.of(arguments[++i]);
      } else {
        System.err.println("bench: unknown option '" + arguments[i] + "'\n" + USAGE);
        System.exit(2);
      }
    }
    Machine machine = Machine.here();
    write(results, machine, quick, run(machine, quick));
  }

  private static List<Result> run(Machine machine, boolean quick) {
    List<Result> results = new ArrayList<>();
    Machine.pinThread();
    System.out.println(machine);
    System.out.print(Result.header());
    try (Lab lab = new Lab(); Harness harness = new Harness(lab.uplink)) {
      Meter meter = quick ? new Meter(harness, 5, 50_000, 2) : new Meter(harness, 9, 100_000, 8);
      Suite suite = new Suite(lab, harness, meter, quick, result -> {
        results.add(result);
        System.out.print(result.line());
      });
      suite.run();
    }
    long missed = results.stream().filter(Result::misses).count();
    System.out.println(missed == 0 ? "All bars hold." : missed + " bars are missed.");
    return results;
  }

  private static void write(Path directory, Machine machine, boolean quick, List<Result> results) throws IOException {
    Files.createDirectories(directory);
    new ObjectMapper()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .writeValue(
            directory.resolve("bench.json").toFile(), Map.of("machine", machine, "quick", quick, "results", results));
    StringBuilder table = new StringBuilder(machine + "\n\n").append(Result.header());
    results.forEach(result -> table.append(result.line()));
    Files.writeString(directory.resolve("bench.md"), table);
  }
}
