// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** xlvs answers every scenario as IPVS did when it was recorded, or differs as documented. */
@Tag("end-to-end")
class ScenariosTest {
  private static Stage stage;

  @BeforeAll
  static void open() throws IOException {
    stage = Stage.xlvs();
  }

  @AfterAll
  static void close() {
    if (stage != null) {
      stage.close();
    }
  }

  @TestFactory
  Stream<DynamicTest> answersAsRecorded() throws IOException {
    return Scenarios.read(ConformanceTest.SCENARIOS).stream()
        .map(scenario -> DynamicTest.dynamicTest(scenario.name() + ": " + scenario.title(), () -> play(scenario)));
  }

  private static void play(Scenario scenario) throws IOException {
    Comparison comparison = Comparison.of(scenario, stage.play(scenario));
    assertThat(comparison.deviations()).as(() -> "xlvs against IPVS; the director's complaints: " + stage.complaints()).isEmpty();
  }
}
