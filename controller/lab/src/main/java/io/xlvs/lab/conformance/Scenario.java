// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A transcript. Its text: comment lines ("# ..."), the first being the title; then steps, each a command ("$ ..."), where timers are
 * listed the {@link Answer#age} of the recording ("@ SECONDS"), the lines that IPVS answered and, where xlvs means to differ, a line
 * "~ NAME" (a heading of docs/ipvs-differences.md) with the lines of xlvs.
 *
 * @param name of its file, without the ending
 * @param comments without their marks; the first is the title
 * @param steps in order
 */
record Scenario(String name, List<String> comments, List<Step> steps) {
  private static final String COMMENT = "# ";
  private static final String COMMAND = "$ ";
  private static final String AGE = "@ ";
  private static final String DIFFERENCE = "~ ";
  private static final Set<String> TRAFFIC = Set.of("connect", "draw", "datagrams");

  /**
   * A command and its answers.
   *
   * @param command words as typed
   * @param age of IPVS's answer, see {@link Answer#age}; 0 where it lists no timers
   * @param ipvs lines that IPVS answered
   * @param difference name of the difference, or null where there is none
   * @param xlvs lines that xlvs answers; those of IPVS where there is no difference
   */
  record Step(String command, int age, List<String> ipvs, String difference, List<String> xlvs) {
    /** Words of the command. */
    List<String> words() {
      return List.of(command.trim().split(" +"));
    }

    /** The connections or datagrams that it asks for, if it does. */
    Optional<Connections> traffic() {
      List<String> words = words();
      return TRAFFIC.contains(words.get(0)) ? Optional.of(Connections.parse(words.subList(1, words.size()))) : Optional.empty();
    }

    Step withIpvs(Answer recorded) {
      List<String> lines = recorded.lines();
      int measured = lines.stream().anyMatch(line -> Yardstick.TIMER.matcher(line).find()) ? recorded.age() : 0;
      return new Step(command, measured, lines, difference, difference == null ? lines : xlvs);
    }
  }

  String title() {
    return comments.get(0);
  }

  /** Names of those that are meant. */
  List<String> differences() {
    return steps.stream().map(Step::difference).filter(Objects::nonNull).distinct().toList();
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
      int age = 0;
      if (at < lines.size() && lines.get(at).startsWith(AGE)) {
        age = Integer.parseInt(lines.get(at++).substring(AGE.length()));
      }
      List<String> ipvs = new ArrayList<>();
      at = answer(lines, at, ipvs);
      String difference = null;
      List<String> xlvs = ipvs;
      if (at < lines.size() && lines.get(at).startsWith(DIFFERENCE)) {
        difference = lines.get(at++).substring(DIFFERENCE.length());
        xlvs = new ArrayList<>();
        at = answer(lines, at, xlvs);
      }
      steps.add(new Step(command, age, ipvs, difference, xlvs));
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
      if (step.age() > 0) {
        lines.add(AGE + step.age());
      }
      lines.addAll(step.ipvs());
      if (step.difference() != null) {
        lines.add(DIFFERENCE + step.difference());
        lines.addAll(step.xlvs());
      }
    }
    return lines;
  }
}
