// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.util.Map;
import java.util.function.ToIntFunction;

/** What an established TCP packet takes, counted by tracing it: the same on every machine. */
final class Counted implements Part {
  @Override
  public String name() {
    return "counted";
  }

  @Override
  public String title() {
    return "What an established packet takes, counted instruction by instruction: BPF instructions, look-ups in maps, cache lines of tables. No clock, no noise.";
  }

  @Override
  public void run(Report report) {
    Map<String, HitPath.Row> rows = HitPath.measure();
    rows.keySet().removeIf(name -> !name.contains(Transport.TCP.name()));
    rows.forEach((name, row) -> report.add(figure(name, row, "instructions", BpfTrace.Counts::instructions)));
    rows.forEach((name, row) -> report.add(figure(name, row, "look-ups", BpfTrace.Counts::lookups)));
    rows.forEach((name, row) -> report.add(figure(name, row, "cache lines", BpfTrace.Counts::lines)));
  }

  private static Figure figure(String name, HitPath.Row row, String what, ToIntFunction<BpfTrace.Counts> count) {
    Figure figure = Figure.of(name + ", " + what, "", once(count.applyAsInt(row.ours().counts())));
    return row.floorB() == null ? figure : figure.beside("floor B", once(count.applyAsInt(row.floorB().counts())), Bar.NONE);
  }

  private static Series once(int count) {
    return new Series(new double[] {count});
  }
}
