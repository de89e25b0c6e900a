// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.loader.Collection;
import io.xlvs.loader.Program;
import io.xlvs.loader.ProgramInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The programs stay as small as bpf/verifier-stats.json says they are. Growth beyond a tenth wants that file changed, and so a
 * reason; {@code -Dxlvs.verifier-stats=update} writes it. Both figures depend on the kernel: on one that the file does not
 * know, only the kernel's own limit holds, by half. Needs root.
 */
class VerifierStatsTest {
  private static final Path FILE = Path.of("../bpf/verifier-stats.json");
  private static final double GROWTH = 1.1;

  /** Of a million, BPF_COMPLEXITY_LIMIT_INSNS. */
  private static final int LIMIT = 500_000;

  private final ObjectMapper json = new ObjectMapper();

  @Test
  void programsHaveNotGrown() throws IOException {
    String[] release = System.getProperty("os.version").split("[.-]");
    String kernel = release[0] + "." + release[1];
    TreeMap<String, ProgramInfo> now = measure();
    if ("update".equals(System.getProperty("xlvs.verifier-stats"))) {
      update(kernel, now);
    }
    JsonNode recorded = json.readTree(FILE.toFile()).path(kernel);
    now.forEach((name, info) -> {
      assertThat(info.verifiedInstructions()).as("verified instructions of " + name).isLessThan(LIMIT);
      if (!recorded.isMissingNode()) {
        JsonNode program = recorded.path(name);
        assertThat(program.isMissingNode()).as("%s is missing from %s", name, FILE).isFalse();
        check("verified instructions of " + name, info.verifiedInstructions(), program.path("verified_instructions").asInt());
        check("translated bytes of " + name, info.xlatedBytes(), program.path("xlated_bytes").asInt());
      }
    });
  }

  private static void check(String what, int now, int recorded) {
    assertThat((double) now)
        .as("%s: %d, recorded %d; if that is right, -Dxlvs.verifier-stats=update writes %s", what, now, recorded, FILE)
        .isLessThanOrEqualTo(recorded * GROWTH);
  }

  private static TreeMap<String, ProgramInfo> measure() {
    TreeMap<String, ProgramInfo> infos = new TreeMap<>();
    try (Collection collection = XlvsObjects.parse().load()) {
      for (Program program : collection.programs().values()) {
        infos.put(program.name(), program.info());
      }
    }
    return infos;
  }

  private void update(String kernel, TreeMap<String, ProgramInfo> now) throws IOException {
    ObjectNode root = FILE.toFile().exists() ? (ObjectNode) json.readTree(FILE.toFile()) : json.createObjectNode();
    ObjectNode programs = root.putObject(kernel);
    now.forEach((name, info) ->
        programs.putObject(name)
            .put("verified_instructions", info.verifiedInstructions())
            .put("xlated_bytes", info.xlatedBytes()));
    Files.writeString(FILE, json.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n");
  }
}
