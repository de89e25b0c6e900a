// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run of the benchmark has found: bench.json.
 *
 * @param machine where
 * @param quick whether with fewer situations and repetitions
 * @param parts figures by the name of the part, in the order of the run
 * @param seconds how long each part took
 */
record Results(Machine machine, boolean quick, Map<String, List<Figure>> parts, Map<String, Double> seconds) {
  private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  static Results read(Path file) throws IOException {
    return JSON.readValue(file.toFile(), Results.class);
  }

  void write(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    JSON.writeValue(file.toFile(), this);
  }

  Optional<Figure> figure(String part, String name) {
    return parts.getOrDefault(part, List.of()).stream().filter(figure -> figure.name().equals(name)).findFirst();
  }
}
