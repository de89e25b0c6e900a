// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.loader.ProgramInfo;
import io.xlvs.perf.VerifierStats.Size;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The programs stay as small as bpf/verifier-stats.json says they are. The figures depend on the kernel: on one that the file does not
 * know, only the kernel's own limit holds, by half. Loading them needs root.
 */
class VerifierStatsTest {
  private static final Map<String, Size> RECORDED = Map.of("xlvs_xdp", new Size(100_000, 40_000));

  @Tag("kernels")
  @Test
  void programsAreAsLargeAsRecorded() throws IOException {
    Map<String, ProgramInfo> programs = VerifierStats.programs();
    assertThat(programs).containsKeys("xlvs_xdp", "xlvs_ingress", "xlvs_egress", "xlvs_sweep", "xlvs_delete", "xlvs_jiffies");
    Map<String, Size> recorded = VerifierStats.read(Path.of("../bpf/verifier-stats.json"));
    if (recorded.isEmpty()) {
      programs.forEach(
          (name, info) -> assertThat(info.verifiedInstructions()).as("verified instructions of " + name).isLessThan(VerifierStats.LIMIT));
    } else {
      assertThat(VerifierStats.complaints(recorded, VerifierStats.sizes(programs))).isEmpty();
    }
  }

  @Test
  void smallChangesPass() {
    assertThat(VerifierStats.complaints(RECORDED, Map.of("xlvs_xdp", new Size(101_999, 37_000)))).isEmpty();
  }

  @Test
  void growthIsNamedWithItsAmountAndTheWayToAcceptIt() {
    assertThat(VerifierStats.complaints(RECORDED, Map.of("xlvs_xdp", new Size(100_000, 41_000))))
        .containsExactly(
            "xlvs_xdp: translated bytes grew from 40,000 to 41,000 (+2.5 %); allowed: 2 %",
            "If that is right, `make verifier-stats UPDATE=1' records it, or for kernels 6.1 and 6.12 `make test-kernels UPDATE=1'; the commit says what was bought with it.");
    assertThat(VerifierStats.complaints(RECORDED, Map.of("xlvs_xdp", new Size(120_000, 40_000))))
        .contains("xlvs_xdp: verified instructions grew from 100,000 to 120,000 (+20.0 %); allowed: 2 %");
  }

  @Test
  void whatWasGainedIsToBeRecorded() {
    assertThat(VerifierStats.complaints(RECORDED, Map.of("xlvs_xdp", new Size(89_000, 40_000))))
        .contains("xlvs_xdp: verified instructions fell from 100,000 to 89,000 (-11.0 %): record it, or the file allows to lose that again");
  }

  @Test
  void programsThatComeAndGoAreNamed() {
    assertThat(VerifierStats.complaints(RECORDED, Map.of("xlvs_new", new Size(1, 8))))
        .startsWith("xlvs_new is not in bpf/verifier-stats.json", "xlvs_xdp of bpf/verifier-stats.json is gone");
  }
}
