// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import java.util.ArrayList;
import java.util.List;

/**
 * A transcript. Its text: comment lines ("# ..."), the first being the title; then steps, each a command ("$ ...") with the lines that
 * IPVS answered and, where xlvs means to differ, a line "~ NAME" (a heading of docs/ipvs-differences.md) with the lines of xlvs.
 *
 * @param name of its file, without the ending
 * @param comments without their marks; the first is the title
 * @param steps in order
 */
record Scenario(String name, List<String> comments, List<Step> steps) {
  private static final String COMMENT = "# ";
  private static final String COMMAND = "$ ";
  private static final String DIFFERENCE = "~ ";

  /**
   * A command and its answers.
   *
   * @param command words as typed
   * @param ipvs lines that IPVS answered
   * @param difference name of the difference, or null where there is none
   * @param xlvs lines that xlvs answers; those of IPVS where there is no difference
   */
  record Step(String command, List<String> ipvs, String difference, List<String> xlvs) {
    Step withIpvs(List<String> recorded) {
      return new Step(command, recorded, difference, difference == null ? recorded : xlvs);
    }
  }

  String title() {
    return comments.get(0);
  }

  Scenario withSteps(List<Step> recorded) {
    return new Scenario(name, comments, recorded);
  }

  static Scenario parse(String name, List<String> lines) {
    List<String> comments = new ArrayList<>();
    List<Step> steps = new ArrayList<>();
    int at = 0;
    while (at < lines.size() && !lines.get(at).startsWith(COMMAND)) {
      if (lines.get(at).startsWith(COMMENT)) {
        comments.add(lines.get(at).substring(COMMENT.length()));
      } else if (!lines.get(at).isBlank()) {
        throw new IllegalArgumentException(name + ": line " + (at + 1) + " is neither a comment nor a command: \"" + lines.get(at) + "\"");
      }
      at++;
    }
    if (comments.isEmpty() || at == lines.size()) {
      throw new IllegalArgumentException(name + ": a scenario has a title (\"# ...\") and commands (\"$ ...\")");
    }
    while (at < lines.size()) {
      String command = lines.get(at++).substring(COMMAND.length());
      List<String> ipvs = new ArrayList<>();
      at = answer(lines, at, ipvs);
      String difference = null;
      List<String> xlvs = ipvs;
      if (at < lines.size() && lines.get(at).startsWith(DIFFERENCE)) {
        difference = lines.get(at++).substring(DIFFERENCE.length());
        xlvs = new ArrayList<>();
        at = answer(lines, at, xlvs);
      }
      steps.add(new Step(command, ipvs, difference, xlvs));
    }
    return new Scenario(name, comments, steps);
  }

  /** Takes the lines of an answer; empty ones at its end only part it from the next step. */
  private static int answer(List<String> lines, int from, List<String> answer) {
    int at = from;
    while (at < lines.size() && !lines.get(at).startsWith(COMMAND) && !lines.get(at).startsWith(DIFFERENCE)) {
      answer.add(lines.get(at++));
    }
    while (!answer.isEmpty() && answer.get(answer.size() - 1).isBlank()) {
      answer.remove(answer.size() - 1);
    }
    return at;
  }

  /** The file's text. */
  List<String> text() {
    List<String> lines = new ArrayList<>();
    comments.forEach(comment -> lines.add(COMMENT + comment));
    lines.add("");
    for (Step step : steps) {
      lines.add(COMMAND + step.command());
      lines.addAll(step.ipvs());
      if (step.difference() != null) {
        lines.add(DIFFERENCE + step.difference());
        lines.addAll(step.xlvs());
      }
    }
    return lines;
  }
}
