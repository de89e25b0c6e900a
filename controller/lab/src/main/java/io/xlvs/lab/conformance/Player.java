// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Plays a scenario's commands to a balancer. */
final class Player {
  private final Balancer balancer;
  private final Traffic traffic;
  private final Set<String> services = new LinkedHashSet<>();

  Player(Balancer balancer, Traffic traffic) {
    this.balancer = balancer;
    this.traffic = traffic;
  }

  /** The answer of each step, from an empty table on. */
  List<List<String>> play(Scenario scenario) throws IOException {
    services.clear();
    balancer.ipvsadm(List.of("-C"));
    List<List<String>> answers = new ArrayList<>();
    for (Scenario.Step step : scenario.steps()) {
      answers.add(answer(List.of(step.command().trim().split(" +"))));
    }
    traffic.release();
    balancer.ipvsadm(List.of("-C"));
    return answers;
  }

  private List<String> answer(List<String> words) throws IOException {
    List<String> rest = words.subList(1, words.size());
    switch (words.get(0)) {
      case "ipvsadm":
        return ipvsadm(rest);
      case "connect":
        return List.of(traffic.connect(Connections.parse(rest)));
      case "datagrams":
        return List.of(traffic.datagrams(Connections.parse(rest)));
      case "ask":
        return List.of(traffic.ask());
      case "close":
        traffic.release();
        return List.of();
      case "pass":
        balancer.pass(Integer.parseInt(rest.get(0)));
        return List.of();
      case "sysctl":
        return balancer.sysctl(rest.get(0), rest.get(1));
      default:
        throw new IllegalArgumentException("\"" + words.get(0) + "\" is no step: ipvsadm, connect, datagrams, ask, close, pass and sysctl are");
    }
  }

  private List<String> ipvsadm(List<String> words) {
    for (int i = 0; i + 1 < words.size(); i++) {
      if (words.get(i).equals("-t") || words.get(i).equals("-u")) {
        services.add(words.get(i + 1));
      }
    }
    List<String> answer = balancer.ipvsadm(words);
    return words.get(0).contains("c") && words.get(0).startsWith("-L") ? ofThisScenario(answer) : answer;
  }

  /** Connections outlive their scenario, and are listed in no order. */
  private List<String> ofThisScenario(List<String> listing) {
    List<String> kept = new ArrayList<>();
    listing.stream().limit(2).forEach(kept::add);
    listing.stream().skip(2)
        .filter(line -> services.stream().anyMatch(service -> line.split(" +").length > 4 && belongs(line.split(" +")[4], service)))
        .sorted(Comparator.comparing(line -> line.substring(line.indexOf(' ', "TCP 00:00".length()))))
        .forEach(kept::add);
    return kept;
  }

  private static boolean belongs(String virtual, String service) {
    return virtual.equals(service) || service.endsWith(":0") && virtual.startsWith(service.substring(0, service.length() - 1));
  }
}
