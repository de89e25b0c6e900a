// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaselineTest {
  private static final Machine AMD = new Machine("AMD EPYC", 2, "6.18.1", "2026-11-30");
  private static final Machine INTEL = new Machine("Intel(R) Xeon(R) Processor", 2, "6.18.1", "2026-11-30");

  private static Figure ns(String name, double... values) {
    return Figure.of(name, "ns", new Series(values));
  }

  private static Results run(Machine machine, Figure... figures) {
    return new Results(machine, false, Map.of("packets", List.of(figures)), Map.of("packets", 60.5));
  }

  private static Figure besideFloor(double ours, double floor, double spread) {
    Series reference = new Series(new double[] {floor, floor, floor});
    return ns("hit", ours - spread, ours - spread, ours, ours + spread, ours + spread).beside("floor B", reference, Bar.NONE);
  }

  @Test
  void aRatioThatGrewIsNamed() {
    Baseline found = Baseline.compare(run(AMD, besideFloor(24, 16, 0.5)), run(AMD, besideFloor(30, 16, 0.5)));
    assertThat(found.slower()).containsExactly("packets: hit: ratio to floor B 1.88, was 1.50 (+25 %)");
    assertThat(found.faster()).isEmpty();
    assertThat(found.text()).endsWith("1 figures compared: 1 slower, 0 faster; 0 new, 0 gone.\n");
  }

  @Test
  void aSlowerMachineIsNoSlowerProgram() {
    Baseline found = Baseline.compare(run(AMD, besideFloor(24, 16, 0.5)), run(INTEL, besideFloor(48, 32, 0.5)));
    assertThat(found.slower()).isEmpty();
    assertThat(found.compared()).isOne();
  }

  @Test
  void noiseOfEitherRunIsNoChange() {
    assertThat(Baseline.compare(run(AMD, besideFloor(24, 16, 0.5)), run(AMD, besideFloor(30, 16, 7))).slower()).isEmpty();
    assertThat(Baseline.compare(run(AMD, besideFloor(24, 16, 7)), run(AMD, besideFloor(30, 16, 0.5))).slower()).isEmpty();
  }

  @Test
  void noiseOfTheFloorIsNoChange() {
    Figure noisy = ns("hit", 29.9, 30, 30.1).beside("floor B", new Series(new double[] {12, 13, 16, 20, 21}), Bar.NONE);
    assertThat(Baseline.compare(run(AMD, besideFloor(24, 16, 0)), run(AMD, noisy)).slower()).isEmpty();
  }

  @Test
  void lessThanThreeHundredthsIsNoChange() {
    assertThat(Baseline.compare(run(AMD, besideFloor(100, 50, 0.1)), run(AMD, besideFloor(102, 50, 0.1))).slower()).isEmpty();
    assertThat(Baseline.compare(run(AMD, besideFloor(100, 50, 0.1)), run(AMD, besideFloor(104, 50, 0.1))).slower()).hasSize(1);
  }

  @Test
  void whatGotFasterIsNamedToo() {
    Baseline found = Baseline.compare(run(AMD, besideFloor(30, 16, 0.5)), run(AMD, besideFloor(24, 16, 0.5)));
    assertThat(found.faster()).containsExactly("packets: hit: ratio to floor B 1.50, was 1.88 (-20 %)");
  }

  @Test
  void ofRatesMoreIsBetter() {
    Figure before = Figure.of("one flow", "Mpps", new Series(new double[] {7.9, 8, 8.1}));
    Figure after = Figure.of("one flow", "Mpps", new Series(new double[] {6.9, 7, 7.1}));
    assertThat(Baseline.compare(run(AMD, before), run(AMD, after)).slower()).containsExactly("packets: one flow: Mpps 7.00, was 8.00 (-13 %)");
    assertThat(Baseline.compare(run(AMD, after), run(AMD, before)).faster()).hasSize(1);
  }

  @Test
  void plainTimesOfAnotherMachineSayNothing() {
    assertThat(Baseline.compare(run(AMD, ns("not ours", 5, 5, 5)), run(AMD, ns("not ours", 9, 9, 9))).slower()).hasSize(1);
    Baseline found = Baseline.compare(run(AMD, ns("not ours", 5, 5, 5)), run(INTEL, ns("not ours", 9, 9, 9)));
    assertThat(found.slower()).isEmpty();
    assertThat(found.compared()).isZero();
  }

  @Test
  void whatWasMeasuredOnceMayDifferByATenthEitherWay() {
    assertThat(Baseline.compare(run(AMD, ns("start", 100)), run(AMD, ns("start", 120))).slower()).isEmpty();
    assertThat(Baseline.compare(run(AMD, ns("start", 100)), run(AMD, ns("start", 125))).slower()).hasSize(1);
  }

  @Test
  void figuresThatComeAndGoAreNamed() {
    Baseline found = Baseline.compare(run(AMD, ns("old", 1, 1, 1)), run(AMD, ns("new", 1, 1, 1)));
    assertThat(found.appeared()).containsExactly("packets: new");
    assertThat(found.gone()).containsExactly("packets: old");
  }

  @Test
  void aQuickRunLeavesOutAndLosesNothing() {
    Results quick = new Results(AMD, true, Map.of("packets", List.of(ns("new", 1, 1, 1))), Map.of());
    assertThat(Baseline.compare(run(AMD, ns("old", 1, 1, 1)), quick).gone()).isEmpty();
  }

  @Test
  void partsThatDidNotRunAreNotGone() {
    Results other = new Results(AMD, false, Map.of("live", List.of()), Map.of());
    assertThat(Baseline.compare(run(AMD, ns("old", 1, 1, 1)), other).gone()).isEmpty();
  }

  @Test
  void resultsComeBackFromTheirFile(@TempDir Path directory) throws IOException {
    Figure figure = besideFloor(24, 16, 0.5).asked(Bar.atMost(30)).limitedBy("floor B", new Series(new double[] {16})).disturbed(true).at("services", "DR", 10);
    Results before = run(INTEL, figure, ns("other", 1, 2, 3));
    before.write(directory.resolve("new/bench.json"));
    assertThat(Results.read(directory.resolve("new/bench.json"))).isEqualTo(before);
    assertThat(before.machine().kind()).isEqualTo("intel-xeon-processor");
  }

  @Test
  void quartilesAreInterpolated() {
    Series series = new Series(new double[] {4, 1, 3, 2});
    assertThat(Arrays.asList(series.quantile(0.25), series.median(), series.quantile(0.75))).containsExactly(1.75, 2.5, 3.25);
  }
}
