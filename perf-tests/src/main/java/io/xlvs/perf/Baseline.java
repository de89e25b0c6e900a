// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A run beside an earlier one. What has something measured beside it in both runs is compared by its ratio to that: it tells the
 * programs from the machine. The others are compared as they are, and only where the kind of machine is the same. A change is one
 * if the ranges from quartile to quartile lie apart.
 *
 * @param slower what got worse, a line each
 * @param faster what got better
 * @param appeared figures that the earlier run has not
 * @param gone figures that the later run has not, of the parts that it ran
 * @param compared how many figures could be compared
 */
record Baseline(List<String> slower, List<String> faster, List<String> appeared, List<String> gone, int compared) {
  /** Less is not worth a word, however narrow the quartiles are. */
  private static final double SMALLEST = 0.03;

  /** What was measured once shows no quartiles: as much as this either way is taken for noise. */
  private static final double ONCE = 0.1;

  /** What is compared, from one run: a ratio or a plain value. */
  private record Range(String what, double low, double median, double high) {}

  static Baseline compare(Results before, Results after) {
    Baseline found = new Baseline(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), 0);
    boolean sameMachine = before.machine().kind().equals(after.machine().kind());
    int compared = 0;
    for (Map.Entry<String, List<Figure>> part : after.parts().entrySet()) {
      Map<String, Figure> earlier = new TreeMap<>();
      before.parts().getOrDefault(part.getKey(), List.of()).forEach(figure -> earlier.put(figure.name(), figure));
      for (Figure figure : part.getValue()) {
        String name = part.getKey() + ": " + figure.name();
        Figure old = earlier.remove(figure.name());
        if (old == null) {
          found.appeared.add(name);
        } else if (found.compare(name, old, figure, sameMachine)) {
          compared++;
        }
      }
      if (before.quick() || !after.quick()) {
        earlier.keySet().forEach(name -> found.gone.add(part.getKey() + ": " + name));
      }
    }
    return new Baseline(found.slower, found.faster, found.appeared, found.gone, compared);
  }

  /** Whether the two could be compared. */
  private boolean compare(String name, Figure before, Figure after, boolean sameMachine) {
    if (!before.unit().equals(after.unit())) {
      return false;
    }
    Optional<String> with = after.comparisons().stream().map(Figure.Comparison::with)
        .filter(other -> before.comparisons().stream().anyMatch(c -> c.with().equals(other))).findFirst();
    if (with.isEmpty() && !sameMachine) {
      return false;
    }
    Range old = range(before, with);
    Range now = range(after, with);
    boolean more = now.low > old.high && now.median > old.median * (1 + SMALLEST);
    boolean less = now.high < old.low && now.median < old.median * (1 - SMALLEST);
    if (more || less) {
      boolean worse = more != isRate(after.unit());
      (worse ? slower : faster).add(String.format(
          Locale.ROOT, "%s: %s %s, was %s (%+.0f %%)", name, now.what, Figure.number(now.median), Figure.number(old.median),
          100 * (now.median / old.median - 1)));
    }
    return true;
  }

  private static Range range(Figure figure, Optional<String> with) {
    boolean once = figure.low() == figure.high();
    double low = once ? figure.value() * (1 - ONCE) : figure.low();
    double high = once ? figure.value() * (1 + ONCE) : figure.high();
    if (with.isEmpty()) {
      return new Range(figure.unit(), low, figure.value(), high);
    }
    Figure.Comparison c = figure.comparisons().stream().filter(one -> one.with().equals(with.get())).findFirst().orElseThrow();
    return new Range("ratio to " + c.with(), low / c.high(), figure.value() / c.reference(), high / c.low());
  }

  /** Of rates more is better; of everything else less is. */
  private static boolean isRate(String unit) {
    return unit.endsWith("/s") || unit.endsWith("pps");
  }

  /** For people; the last line says how it ended. */
  String text() {
    StringBuilder text = new StringBuilder();
    section(text, "slower", slower);
    section(text, "faster", faster);
    section(text, "new", appeared);
    section(text, "gone", gone);
    text.append(String.format(
        Locale.ROOT, "%d figures compared: %d slower, %d faster; %d new, %d gone.%n", compared, slower.size(), faster.size(),
        appeared.size(), gone.size()));
    return text.toString();
  }

  private static void section(StringBuilder text, String title, List<String> lines) {
    lines.forEach(line -> text.append(String.format("%-7s %s%n", title, line)));
  }
}
