// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Scenario files of a directory. */
final class Scenarios {
  static final String ENDING = ".scenario";

  private Scenarios() {}

  /** All of them, by name. */
  static List<Scenario> read(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<Scenario> scenarios = new ArrayList<>();
      for (Path file : files.filter(path -> path.toString().endsWith(ENDING)).sorted().toList()) {
        scenarios.add(Scenario.parse(file.getFileName().toString().replace(ENDING, ""), Files.readAllLines(file)));
      }
      return scenarios;
    }
  }

  static void write(Path directory, Scenario scenario) throws IOException {
    Files.write(directory.resolve(scenario.name() + ENDING), scenario.text());
  }
}
