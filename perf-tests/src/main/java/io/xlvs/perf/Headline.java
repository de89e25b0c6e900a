// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Family;
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
    return results.machine() + "; nanoseconds a packet, ratios to the floors in brackets\n\n" + headline.methods() + headline.notOurs();
  }

  private String methods() {
    StringBuilder table = new StringBuilder(
        "| established, IPv4 / IPv6 | one flow | of floor B, floor A | a million flows | of floor B, floor A | new connection |\n"
            + "| --- | ---: | --- | ---: | --- | ---: |\n");
    for (Mode mode : Mode.values()) {
      Optional<Figure> one = packets(mode, Family.IPV4, Scenario.Situation.HIT);
      Optional<Figure> million = packets(mode, Family.IPV4, Scenario.Situation.MILLION);
      if (one.isPresent() || million.isPresent()) {
        table.append("| ").append(String.join(
            " | ", mode.label(), both(mode, Scenario.Situation.HIT), ratios(one), both(mode, Scenario.Situation.MILLION), ratios(million),
            both(mode, Scenario.Situation.NEW))).append(" |\n");
      }
    }
    return table.toString();
  }

  private String notOurs() {
    List<String> words = List.of(Family.values()).stream()
        .map(family -> packets(null, family, Scenario.Situation.NOT_OURS)).flatMap(Optional::stream).map(Headline::value).toList();
    return words.isEmpty() ? "" : "| not ours | " + String.join(" / ", words) + " | | | | |\n";
  }

  private String both(Mode mode, Scenario.Situation situation) {
    String v4 = packets(mode, Family.IPV4, situation).map(Headline::value).orElse("");
    String v6 = packets(mode, Family.IPV6, situation).map(figure -> " / " + value(figure)).orElse("");
    return v4 + v6;
  }

  private Optional<Figure> packets(Mode mode, Family family, Scenario.Situation situation) {
    return results.figure("packets", new Scenario(mode, family, Transport.TCP, situation).label());
  }

  private static String value(Figure figure) {
    return String.format(Locale.ROOT, figure.value() < 10 ? "%.1f" : "%,.0f", figure.value());
  }

  private static String ratios(Optional<Figure> figure) {
    return figure.map(f -> String.join(", ", f.comparisons().stream()
        .filter(c -> Floors.isB(c.with()) || Floors.isA(c.with()))
        .sorted((a, b) -> b.with().compareTo(a.with()))
        .map(c -> String.format(Locale.ROOT, "%.2f", f.value() / c.reference())).toList())).orElse("");
  }
}
