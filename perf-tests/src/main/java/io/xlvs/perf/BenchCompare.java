// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** {@code make bench-compare}: what the last run found beside the stored one. Exits with 1 if something got slower. */
public final class BenchCompare {
  /** Stored runs: NAME.json by {@link Machine#kind()}; {@code make bench-publish} writes them. */
  static final Path STORE = Path.of("docs/perf");

  private BenchCompare() {}

  /** {@code [BENCH_JSON [EARLIER_JSON]]}, by default target/bench.json and the stored run of the same kind of machine. */
  public static void main(String[] arguments) throws IOException {
    Path run = Path.of(arguments.length > 0 ? arguments[0] : "target/bench.json");
    if (!Files.exists(run)) {
      System.err.println("bench-compare: there is no " + run + ": run `make bench' first");
      System.exit(2);
    }
    Results after = Results.read(run);
    Optional<Path> earlier = arguments.length > 1 ? Optional.of(Path.of(arguments[1])) : find(after.machine());
    if (earlier.isEmpty()) {
      System.err.println("bench-compare: nothing is stored in " + STORE + " to compare with: `make bench-publish' stores a run");
      System.exit(2);
    }
    Results before = Results.read(earlier.get());
    Baseline found = Baseline.compare(before, after);
    System.out.print(words(earlier.get(), before, found));
    System.exit(found.slower().isEmpty() ? 0 : 1);
  }

  /** The same for the end of a run; nothing if nothing is stored. */
  static Optional<String> stored(Results after) throws IOException {
    Optional<Path> earlier = find(after.machine());
    if (earlier.isEmpty()) {
      return Optional.empty();
    }
    Results before = Results.read(earlier.get());
    return Optional.of(words(earlier.get(), before, Baseline.compare(before, after)));
  }

  private static String words(Path file, Results before, Baseline found) {
    return "Beside " + file + " (" + before.machine() + "):\n" + found.text();
  }

  /** The stored run of this kind of machine, else one of another: ratios can be compared with that. */
  private static Optional<Path> find(Machine machine) throws IOException {
    Path same = STORE.resolve(machine.kind() + ".json");
    if (Files.exists(same) || !Files.isDirectory(STORE)) {
      return Optional.of(same).filter(Files::exists);
    }
    try (Stream<Path> files = Files.list(STORE)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().findFirst();
    }
  }
}
