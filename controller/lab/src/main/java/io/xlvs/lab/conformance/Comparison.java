// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import java.util.ArrayList;
import java.util.List;

/** What came of a scenario: where xlvs answered otherwise than the scenario says it does. */
record Comparison(Scenario scenario, List<String> deviations) {
  static Comparison of(Scenario scenario, List<Answer> answers) {
    List<String> deviations = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      Scenario.Step step = scenario.steps().get(i);
      Answer answer = answers.get(i);
      Yardstick yardstick = new Yardstick(step.age(), answer.age());
      if (step.difference() != null && yardstick.same(step.ipvs(), answer.lines())) {
        deviations.add("$ " + step.command() + "\n  is answered as IPVS answers it: take the mark \"~ " + step.difference() + "\" away\n");
      } else if (!yardstick.same(step.xlvs(), answer.lines())) {
        deviations.add("$ " + step.command() + "\n" + differing(yardstick, step.xlvs(), answer.lines()));
      }
    }
    return new Comparison(scenario, deviations);
  }

  /** Expected and answered lines without those that both begin and end with. */
  private static String differing(Yardstick yardstick, List<String> expected, List<String> answered) {
    int shorter = Math.min(expected.size(), answered.size());
    int head = 0;
    while (head < shorter && yardstick.same(expected.subList(head, head + 1), answered.subList(head, head + 1))) {
      head++;
    }
    int tail = 0;
    while (tail < shorter - head && yardstick.same(last(expected, tail), last(answered, tail))) {
      tail++;
    }
    return "  expected" + (head > 0 ? " from line " + (head + 1) + " on" : "") + "\n" + indent(expected.subList(head, expected.size() - tail))
        + "  answered\n" + indent(answered.subList(head, answered.size() - tail));
  }

  private static List<String> last(List<String> lines, int after) {
    return lines.subList(lines.size() - after - 1, lines.size() - after);
  }

  private static String indent(List<String> lines) {
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append("    ").append(line).append('\n'));
    return text.toString();
  }

  boolean conforms() {
    return deviations.isEmpty();
  }
}
