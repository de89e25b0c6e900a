// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The scenarios as files, and how answers are compared; {@code make conformance} plays them. */
class ConformanceTest {
  private static final Path SCENARIOS = Path.of("src/conformance");
  private static final Path DIFFERENCES = Path.of("../../docs/ipvs-differences.md");
  private static final String HEADING = "### ";

  @Test
  void everyMeantDifferenceIsInTheDocumentAndNoOther() throws IOException {
    Set<String> documented = Files.readAllLines(DIFFERENCES).stream().filter(line -> line.startsWith(HEADING))
        .map(line -> line.substring(HEADING.length())).collect(Collectors.toCollection(TreeSet::new));
    Set<String> meant = Scenarios.read(SCENARIOS).stream().flatMap(scenario -> scenario.steps().stream()).map(Scenario.Step::difference)
        .filter(Objects::nonNull).collect(Collectors.toCollection(TreeSet::new));
    assertThat(meant).isNotEmpty().isEqualTo(documented);
  }

  @Test
  void aScenarioIsWrittenAsItWasRead() throws IOException {
    for (Scenario scenario : Scenarios.read(SCENARIOS)) {
      List<String> text = scenario.text();
      assertThat(Scenario.parse(scenario.name(), text).text()).as(scenario.name()).isEqualTo(text);
      assertThat(scenario.steps()).anySatisfy(step -> assertThat(step.ipvs()).as(scenario.name()).isNotEmpty());
    }
  }

  @Test
  void timersMayDifferByAMomentAndNothingElseMay() {
    String line = "TCP 01:59  TIME_WAIT   10.0.0.2:20000     10.0.0.100:80      10.1.0.13:8080";
    assertThat(Comparison.same(List.of(line), List.of(line.replace("01:59", "01:57")))).isTrue();
    assertThat(Comparison.same(List.of(line), List.of(line.replace("01:59", "01:49")))).isFalse();
    assertThat(Comparison.same(List.of(line), List.of(line.replace("TIME_WAIT ", "FIN_WAIT  ")))).isFalse();
    assertThat(Comparison.same(List.of(line), List.of())).isFalse();
  }
}
