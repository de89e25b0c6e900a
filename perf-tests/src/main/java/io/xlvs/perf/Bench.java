// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** {@code make bench}: runs the parts of the benchmark, prints their tables and what changed since the stored run, writes bench.json, bench.md and pictures. Needs root. */
public final class Bench {
  /** In the order in which they run. */
  static final List<Part> PARTS =
      List.of(new Counted(), new Packets(), new NewConnections(), new Live(), new Control(), new Growth(), new Programs());

  private static final String USAGE =
      """
      usage: bench [--quick] [--parts PART,...] [--results DIRECTORY] [--plots DIRECTORY]
        --quick    fewer repetitions and situations: all parts in two minutes
        --parts    only these of: %s
        --results  where bench.json and bench.md go (default: target)
        --plots    where pictures go (default: where the results go)"""
          .formatted(String.join(", ", PARTS.stream().map(Part::name).toList()));

  /** Its news are none of a table's. Held here, since the logging package itself forgets levels of loggers that nobody holds. */
  private static final Logger GRPC_LOG = Logger.getLogger("io.grpc");

  private Bench() {}

  /** Exits with 0 whatever the figures are, with 2 for a wrong option. */
  public static void main(String[] arguments) throws Exception {
    boolean quick = false;
    Path results = Path.of("target");
    Path plots = null;
    List<Part> parts = PARTS;
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].equals("--quick")) {
        quick = true;
      } else if (arguments[i].equals("--parts") && i + 1 < arguments.length) {
        parts = parts(arguments[++i]);
      } else if (arguments[i].equals("--results") && i + 1 < arguments.length) {
        results = Path.of(arguments[++i]);
      } else if (arguments[i].equals("--plots") && i + 1 < arguments.length) {
        plots = Path.of(arguments[++i]);
      } else {
        refuse("unknown option '" + arguments[i] + "'");
      }
    }
    GRPC_LOG.setLevel(Level.WARNING);
    Report report = new Report(Machine.here(), quick);
    for (Part part : parts) {
      report.run(part);
    }
    report.close();
    BenchCompare.stored(report.results()).ifPresent(found -> report.write("\n" + found));
    report.save(results);
    Plots.write(report.results(), plots == null ? results : plots);
  }

  private static List<Part> parts(String list) {
    List<String> names = List.of(list.split(","));
    for (String name : names) {
      if (PARTS.stream().noneMatch(part -> part.name().equals(name))) {
        refuse("--parts: there is no part '" + name + "'");
      }
    }
    return PARTS.stream().filter(part -> names.contains(part.name())).toList();
  }

  private static void refuse(String why) {
    System.err.println("bench: " + why + "\n" + USAGE);
    System.exit(2);
  }
}
