// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Family;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The table that the README shows: whatever there is of it in a run. */
final class Headline {
  private final Results results;

  private Headline(Results results) {
    this.results = results;
  }

  static String of(Results results) {
    Headline headline = new Headline(results);
    return results.machine() + ". Nanoseconds a packet, IPv4 / IPv6; in brackets what part that is of floor B and of floor A (one number: of the only one).\n"
        + "New connections: a SYN, and what follows until it is established, of floor D. Live: millions of 64-byte packets a second through one core, of a bare redirect, and how often nftables.\n\n"
        + headline.methods() + headline.notOurs() + headline.programs();
  }

  private String methods() {
    StringBuilder table = new StringBuilder(
        "| established | one flow | a million flows | new connection | live, one flow | live, a million |\n| --- | --- | --- | --- | --- | --- |\n");
    for (Mode mode : Mode.values()) {
      String one = cell(mode, Scenario.Situation.HIT);
      String million = cell(mode, Scenario.Situation.MILLION);
      if (!one.isEmpty() || !million.isEmpty()) {
        table.append("| ").append(String.join(
            " | ", mode.label(), one, million, newConnection(mode), live(mode, "1 flow"), live(mode, "1M flows"))).append(" |\n");
      }
    }
    return table.toString();
  }

  private String notOurs() {
    List<String> words = List.of(Family.values()).stream()
        .map(family -> packets(null, family, Scenario.Situation.NOT_OURS)).flatMap(Optional::stream).map(Headline::value).toList();
    return words.isEmpty() ? "" : "| not ours | " + String.join(" / ", words) + " | | | | |\n";
  }

  private String cell(Mode mode, Scenario.Situation situation) {
    Optional<Figure> v4 = packets(mode, Family.IPV4, situation);
    String v6 = packets(mode, Family.IPV6, situation).map(figure -> " / " + value(figure)).orElse("");
    return v4.map(figure -> value(figure) + v6 + ratios(figure, "floor B", "floor A")).orElse("");
  }

  private String newConnection(Mode mode) {
    return mode.reply ? "" : results.figure("connections", mode.method + " v4 new connection")
        .map(figure -> value(figure) + ratios(figure, "floor D")).orElse("");
  }

  private String live(Mode mode, String flows) {
    return results.figure("live", mode.label() + " v4 TCP 64 B " + flows)
        .map(figure -> value(figure) + ratios(figure, "bare XDP redirect", "nftables DNAT")).orElse("");
  }

  /** What has a bar beside HAProxy. */
  private String programs() {
    StringBuilder lines = new StringBuilder();
    for (Figure figure : results.parts().getOrDefault("programs", List.of())) {
      figure.comparisons().stream().filter(c -> c.with().startsWith("HAProxy") && c.bar().kind() != Bar.Kind.NONE).forEach(c ->
          lines.append(String.format(
              Locale.ROOT, "- %s: %s %s; %s: %s; ratio %.2f%n", figure.name(), Figure.number(figure.value()), figure.unit(), c.with(),
              Figure.number(c.reference()), figure.value() / c.reference())));
    }
    return lines.isEmpty() ? "" : "\n" + lines;
  }

  private Optional<Figure> packets(Mode mode, Family family, Scenario.Situation situation) {
    return results.figure("packets", new Scenario(mode, family, Transport.TCP, situation).label());
  }

  private static String value(Figure figure) {
    return String.format(Locale.ROOT, figure.value() < 10 ? "%.1f" : "%,.0f", figure.value());
  }

  /** " (1.38, 0.50)", of those of these that there are. */
  private static String ratios(Figure figure, String... with) {
    List<String> ratios = new ArrayList<>();
    for (String other : with) {
      figure.comparisons().stream().filter(c -> c.with().equals(other)).findFirst()
          .ifPresent(c -> ratios.add(String.format(Locale.ROOT, "%.2f", figure.value() / c.reference())));
    }
    return ratios.isEmpty() ? "" : " (" + String.join(", ", ratios) + ")";
  }
}
