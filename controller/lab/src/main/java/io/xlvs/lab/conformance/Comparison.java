// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What came of a scenario: where xlvs answered otherwise than expected, and the differences that are meant. */
record Comparison(Scenario scenario, List<String> deviations, List<String> meant) {
  /** Of connection listings: the two were not asked at the same moment after the packets. */
  private static final Pattern TIMER = Pattern.compile("^((?:TCP|UDP) +)(\\d+):(\\d\\d) ");

  /** Of a listing's first line: the size of the connection table, which is each one's own. */
  private static final Pattern SIZE = Pattern.compile("\\(size=\\d+\\)");

  private static final int TIMER_TOLERANCE_SECONDS = 4;

  static Comparison of(Scenario scenario, List<List<String>> answers) {
    List<String> deviations = new ArrayList<>();
    List<String> meant = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      Scenario.Step step = scenario.steps().get(i);
      if (step.difference() != null && !meant.contains(step.difference())) {
        meant.add(step.difference());
      }
      if (!same(step.xlvs(), answers.get(i))) {
        deviations.add("$ " + step.command() + "\n  expected\n" + indent(step.xlvs()) + "  answered\n" + indent(answers.get(i)));
      }
    }
    return new Comparison(scenario, deviations, meant);
  }

  private static String indent(List<String> lines) {
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append("    ").append(line).append('\n'));
    return text.toString();
  }

  static boolean same(List<String> expected, List<String> answer) {
    if (expected.size() != answer.size()) {
      return false;
    }
    for (int i = 0; i < expected.size(); i++) {
      if (!same(expected.get(i).stripTrailing(), answer.get(i).stripTrailing())) {
        return false;
      }
    }
    return true;
  }

  private static boolean same(String expected, String answer) {
    Matcher a = TIMER.matcher(expected);
    Matcher b = TIMER.matcher(answer);
    if (a.find() && b.find()) {
      return Math.abs(seconds(a) - seconds(b)) <= TIMER_TOLERANCE_SECONDS
          && (a.group(1) + expected.substring(a.end())).equals(b.group(1) + answer.substring(b.end()));
    }
    return SIZE.matcher(expected).replaceFirst("").equals(SIZE.matcher(answer).replaceFirst(""));
  }

  private static int seconds(Matcher timer) {
    return Integer.parseInt(timer.group(2)) * 60 + Integer.parseInt(timer.group(3));
  }

  boolean conforms() {
    return deviations.isEmpty();
  }
}
