// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** docs/conformance.md: the table of all scenarios. */
final class Page {
  private static final String SCENARIOS = "../controller/lab/src/conformance/";
  private static final String DIFFERENCES = "ipvs-differences.md";

  private Page() {}

  /** Its lines. */
  static List<String> of(List<Scenario> scenarios) {
    List<String> lines = new ArrayList<>(List.of(
        "# Scenarios: xlvs beside IPVS",
        "Written by `make conformance`, which has played every one of these to xlvs; `make test` plays them too. Every answer of xlvs is the one that was",
        "recorded from IPVS, but where a difference is named: [" + DIFFERENCES + "](" + DIFFERENCES + ") has its reason.",
        "",
        "| scenario | what | commands | new connections | xlvs and IPVS |",
        "|---|---|---|---|---|"));
    for (Scenario scenario : scenarios) {
      String name = scenario.name();
      lines.add("| [" + name + "](" + SCENARIOS + name + Scenarios.ENDING + ") | " + scenario.title().replace("|", "\\|") + " | "
          + scenario.steps().size() + " | " + (picks(scenario) > 0 ? picks(scenario) : "") + " | " + result(scenario) + " |");
    }
    return lines;
  }

  private static int picks(Scenario scenario) {
    return scenario.steps().stream().map(Scenario.Step::traffic).flatMap(traffic -> traffic.stream()).mapToInt(Connections::count).sum();
  }

  private static String result(Scenario scenario) {
    return scenario.differences().isEmpty() ? "same" : scenario.differences().stream()
        .map(name -> "[" + name + "](" + DIFFERENCES + "#" + name + ")").collect(Collectors.joining(", ", "differs: ", ""));
  }
}
