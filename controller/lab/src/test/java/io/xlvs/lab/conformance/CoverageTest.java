// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.controller.schedule.Schedulers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the scenarios together have to show of every scheduler. */
class CoverageTest {
  private static final int PICKS = 60;
  private static final int WEIGHTINGS = 3;

  /** A service's scheduler, and the weights of its servers in the order in which they were added. */
  private static final class Service {
    String scheduler;
    final List<String> weights = new ArrayList<>();
  }

  static Stream<String> schedulers() {
    return Schedulers.KNOWN.stream();
  }

  @ParameterizedTest
  @MethodSource("schedulers")
  void everySchedulerPicksUnderThreeWeightingsClosedAndHeld(String scheduler) throws IOException {
    Set<String> closed = new TreeSet<>();
    Set<String> held = new TreeSet<>();
    for (Scenario scenario : Scenarios.read(ConformanceTest.SCENARIOS)) {
      Map<String, Service> services = new HashMap<>();
      Service last = new Service();
      for (Scenario.Step step : scenario.steps()) {
        List<String> words = step.words();
        String command = words.size() > 1 ? words.get(1) : "";
        if (words.get(0).equals("ipvsadm") && (command.equals("-A") || command.equals("-a")) && after(words, "-t", "-u", "-f") != null) {
          last = services.computeIfAbsent(after(words, "-t", "-u", "-f"), name -> new Service());
          if (command.equals("-A")) {
            last.scheduler = after(words, "-s");
          } else {
            last.weights.add(after(words, "-w"));
          }
        } else if (step.traffic().filter(traffic -> traffic.count() >= PICKS).isPresent() && scheduler.equals(last.scheduler)) {
          (step.traffic().get().held() ? held : closed).add(last.weights.toString());
        }
      }
    }
    assertThat(closed).as("weightings, closed one by one").hasSizeGreaterThanOrEqualTo(WEIGHTINGS);
    assertThat(held).as("weightings, held").hasSizeGreaterThanOrEqualTo(WEIGHTINGS);
  }

  private static String after(List<String> words, String... options) {
    for (String option : options) {
      int at = words.indexOf(option);
      if (at >= 0 && at + 1 < words.size()) {
        return words.get(at + 1);
      }
    }
    return null;
  }
}
