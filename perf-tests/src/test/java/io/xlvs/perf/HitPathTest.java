// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.perf.BpfTrace.Counts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An established packet takes no more instructions, look-ups and cache lines than bpf/hit-path.json says. Tracing needs root. */
class HitPathTest {
  private static final Map<String, Counts> RECORDED = Map.of("DR v4 TCP hit", new Counts(200, 6, 2, 7));

  @Test
  void establishedPacketsTakeNoMoreThanRecorded() throws IOException {
    Map<String, Counts> now = HitPath.counts(HitPath.measure()); // fails unless the kernel sends the same packets
    int hits = Mode.values().length * 2 * 2;
    int ringFirst = 2 * 2 * 2; // mh and sh, DR and TUN, both families
    assertThat(now).hasSize(hits + ringFirst);
    assertThat(HitPath.complaints(HitPath.read(Path.of("..", HitPath.FILE)), now)).isEmpty();
  }

  @Test
  void aFewInstructionsComeAndGo() {
    assertThat(HitPath.complaints(RECORDED, Map.of("DR v4 TCP hit", new Counts(204, 6, 2, 7)))).isEmpty();
    assertThat(HitPath.complaints(RECORDED, Map.of("DR v4 TCP hit", new Counts(150, 5, 1, 6)))).isEmpty();
  }

  @Test
  void growthIsNamedWithTheWayToAcceptIt() {
    assertThat(HitPath.complaints(RECORDED, Map.of("DR v4 TCP hit", new Counts(210, 7, 2, 8))))
        .containsExactly(
            "DR v4 TCP hit: instructions of an established packet grew from 200 to 210",
            "DR v4 TCP hit: look-ups of an established packet grew from 6 to 7",
            "DR v4 TCP hit: cache lines of an established packet grew from 7 to 8",
            "If that is right, `make verifier-stats UPDATE=1' records it, or for kernels 6.1 and 6.12 `make test-kernels UPDATE=1'; the commit says what was bought with it.");
  }

  @Test
  void anUnknownPacketIsNamed() {
    assertThat(HitPath.complaints(RECORDED, Map.of("new", new Counts(1, 1, 1, 1)))).startsWith("new is not in bpf/hit-path.json");
  }
}
