// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import io.xlvs.lab.LabException;
import io.xlvs.lab.TextTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code make conformance}: plays scenarios to xlvs and prints what came of each, and if that was all of them and all was well, writes the
 * page about them ({@code --page FILE}); with {@code --record}, plays them to the running kernel's IPVS, and writes its answers down.
 */
public final class Main {
  private static final String RECORD = "--record";
  private static final String PAGE = "--page";

  private Main() {}

  /** Arguments: {@code [--record | --page FILE] DIRECTORY [NAME...]}; the names choose scenarios. */
  public static void main(String[] arguments) {
    List<String> words = new ArrayList<>(List.of(arguments));
    boolean record = words.remove(RECORD);
    Path page = null;
    if (words.size() > 1 && words.get(0).equals(PAGE)) {
      page = Path.of(words.get(1));
      words.subList(0, 2).clear();
    }
    if (words.isEmpty()) {
      System.err.println("conformance: which scenarios? Arguments: [" + RECORD + " | " + PAGE + " FILE] DIRECTORY [NAME...]");
      System.exit(2);
    }
    Path directory = Path.of(words.remove(0));
    try {
      List<Scenario> scenarios = Scenarios.read(directory).stream().filter(scenario -> words.isEmpty() || words.contains(scenario.name())).toList();
      boolean good = record ? record(directory, scenarios) : compare(scenarios);
      if (good && page != null && words.isEmpty()) {
        Files.write(page, Page.of(scenarios));
      }
      System.exit(good ? 0 : 1);
    } catch (IOException | LabException | IllegalArgumentException e) {
      System.err.println("conformance: " + e.getMessage());
      System.exit(1);
    }
  }

  private static boolean compare(List<Scenario> scenarios) throws IOException {
    TextTable table = new TextTable("SCENARIO", "STEPS", "XLVS AND IPVS", "WHAT");
    List<String> deviations = new ArrayList<>();
    try (Stage stage = Stage.xlvs()) {
      for (Scenario scenario : scenarios) {
        Comparison comparison = Comparison.of(scenario, stage.play(scenario));
        table.row(scenario.name(), Integer.toString(scenario.steps().size()), result(comparison), scenario.title());
        comparison.deviations().forEach(deviation -> deviations.add(scenario.name() + ": " + deviation));
      }
    }
    System.out.print(table.text());
    deviations.forEach(System.out::print);
    return deviations.isEmpty();
  }

  private static String result(Comparison comparison) {
    if (!comparison.conforms()) {
      return "DEVIATE";
    }
    List<String> meant = comparison.scenario().differences();
    return meant.isEmpty() ? "answer alike" : "differ as meant: " + String.join(", ", meant);
  }

  private static boolean record(Path directory, List<Scenario> scenarios) throws IOException {
    try (Stage stage = Stage.ipvs()) {
      for (Scenario scenario : scenarios) {
        List<Answer> answers = stage.play(scenario);
        List<Scenario.Step> steps = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
          steps.add(scenario.steps().get(i).withIpvs(answers.get(i)));
        }
        Scenarios.write(directory, scenario.withSteps(steps));
        System.out.println("recorded " + scenario.name());
      }
    }
    return true;
  }
}
