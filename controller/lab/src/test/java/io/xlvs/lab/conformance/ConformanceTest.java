// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The scenarios as files, and how answers are compared; {@link ScenariosTest} plays them. */
class ConformanceTest {
  static final Path SCENARIOS = Path.of("src/conformance");
  private static final Path PAGE = Path.of("../../docs/conformance.md");
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
  void thePageIsOfTheseScenarios() throws IOException {
    assertThat(Files.readAllLines(PAGE)).as(PAGE + ": `make conformance` writes it").isEqualTo(Page.of(Scenarios.read(SCENARIOS)));
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
  void aTimerMayBeLowerByAsMuchAsWentByAndHigherByAsMuchAsDidInTheRecording() {
    String line = "TCP 01:50  TIME_WAIT   10.0.0.2:20000     10.0.0.100:80      10.1.0.13:8080";
    Yardstick yardstick = new Yardstick(2, 5);
    assertThat(yardstick.same(List.of(line), List.of(line.replace("01:50", "01:44")))).isTrue();
    assertThat(yardstick.same(List.of(line), List.of(line.replace("01:50", "01:43")))).isFalse();
    assertThat(yardstick.same(List.of(line), List.of(line.replace("01:50", "01:53")))).isTrue();
    assertThat(yardstick.same(List.of(line), List.of(line.replace("01:50", "01:54")))).isFalse();
    assertThat(yardstick.same(List.of(line), List.of(line.replace("TIME_WAIT ", "FIN_WAIT  ")))).isFalse();
    assertThat(yardstick.same(List.of(line), List.of())).isFalse();
  }

  @Test
  void anErrorBeginsWithTheWordsOfIpvsadm() {
    Yardstick yardstick = new Yardstick(0, 0);
    assertThat(yardstick.same(List.of("! No such service"), List.of("! No such service: tcp:10.0.0.100:80: add it"))).isTrue();
    assertThat(yardstick.same(List.of("! No such service"), List.of("! No such services"))).isFalse();
    assertThat(yardstick.same(List.of("! Try `ipvsadm -h' or 'ipvsadm --help' for more information."),
        List.of("! -X is no option: try `lbctl -h' or 'lbctl --help' for more information"))).isTrue();
  }

  @Test
  void lotsAreTheSameIfTheyCanBeOfOneDistribution() {
    Yardstick yardstick = new Yardstick(0, 0);
    List<String> recorded = List.of("drawn: 1 200, 2 134, 3 66");
    assertThat(yardstick.same(recorded, List.of("drawn: 1 180, 2 140, 3 80"))).isTrue();
    assertThat(yardstick.same(recorded, List.of("drawn: 1 133, 2 134, 3 133"))).isFalse();
    assertThat(yardstick.same(recorded, List.of("drawn: 1 200, 2 200"))).isFalse();
    assertThat(Draw.parse("drawn: 1 50, 2 50").chiSquare(Draw.parse("drawn: 1 60, 2 40"))).isCloseTo(2.02, within(0.01));
  }

  @Test
  void aMeantDifferenceThatIsNoneAnyMoreIsToldOf() {
    Scenario scenario = Scenario.parse("any", List.of("# Title", "$ ipvsadm -Ln", "as IPVS", "~ name", "as xlvs"));
    assertThat(deviations(scenario, "as xlvs")).isEmpty();
    assertThat(deviations(scenario, "as IPVS")).singleElement().asString().contains("take the mark \"~ name\" away");
    assertThat(deviations(scenario, "as nobody")).singleElement().asString().contains("expected\n    as xlvs\n  answered\n    as nobody\n");
  }

  private static List<String> deviations(Scenario scenario, String answer) {
    return Comparison.of(scenario, List.of(new Answer(List.of(answer), 0))).deviations();
  }
}
