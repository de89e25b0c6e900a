// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.perf.Figure.Verdict;
import org.junit.jupiter.api.Test;

class FigureTest {
  private static final Series FLOOR = new Series(new double[] {16, 16, 16});

  private static Figure figure(double value) {
    return Figure.of("DR v4 TCP hit", "ns", new Series(new double[] {value - 0.4, value, value + 0.4}));
  }

  @Test
  void aRowSaysWhatWasMeasuredBesideAndWhatIsAsked() {
    assertThat(figure(24).beside("floor B", FLOOR, Bar.ratioAtMost(1.5)).cells())
        .containsExactly("DR v4 TCP hit", "24.0 ns", "23.8 - 24.2", "floor B 16.0: 1.50 (max 1.5)", "holds");
    assertThat(figure(24.1).beside("floor B", FLOOR, Bar.ratioAtMost(1.5)).cells()[4]).isEqualTo("MISSES");
    assertThat(figure(24).cells()[4]).isEmpty();
  }

  @Test
  void whatWasCountedOrMeasuredOnceHasNoQuartiles() {
    assertThat(Figure.of("look-ups", "", new Series(new double[] {6})).cells()).containsExactly("look-ups", "6", "", "", "");
    assertThat(Figure.of("start", "s", new Series(new double[] {1.75})).disturbed(true).cells()).startsWith("start", "~1.75 s", "");
  }

  @Test
  void aDifferenceIsShownAsOne() {
    assertThat(figure(17.5).beside("1 service", FLOOR, Bar.moreAtMost(3)).cells()[3]).isEqualTo("1 service 16.0: +1.50 (max +3)");
  }

  @Test
  void oneBarThatMissesIsEnough() {
    assertThat(figure(9).asked(Bar.atMost(8)).beside("floor B", FLOOR, Bar.ratioAtMost(1)).verdict()).isEqualTo(Verdict.MISSES);
    assertThat(figure(7).asked(Bar.atMost(8)).beside("floor B", FLOOR, Bar.ratioAtMost(0.1)).verdict()).isEqualTo(Verdict.MISSES);
    assertThat(figure(7).asked(Bar.atMost(8)).beside("floor B", FLOOR, Bar.ratioAtMost(1)).verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(figure(7).beside("floor B", FLOOR, Bar.NONE).verdict()).isEqualTo(Verdict.NONE);
  }

  private static Series mpps(double value) {
    return new Series(new double[] {value});
  }

  private static Figure live(double value) {
    return Figure.of("DR", "Mpps", mpps(value)).beside("bare", mpps(10), Bar.ratioAtLeast(0.8)).beside("nftables", mpps(1), Bar.ratioAtLeast(8));
  }

  @Test
  void aBarThatALimitMissesIsForbidden() {
    Figure figure = live(7).limitedBy("floor B", mpps(7.5));
    assertThat(figure.cells()[3]).isEqualTo("bare 10.0: 0.70 (min 0.8); nftables 1.00: 7.00 (min 8); floor B itself: 0.75; floor B itself: 7.50");
    assertThat(figure.cells()[4]).isEqualTo("forbidden");
  }

  @Test
  void aLimitThatMeetsTheBarExcusesNothing() {
    assertThat(live(7).limitedBy("floor B", mpps(8)).verdict()).isEqualTo(Verdict.MISSES);
    assertThat(live(7).limitedBy("floor B", mpps(8)).cells()[3]).endsWith("7.00 (min 8)");
    assertThat(live(7).limitedBy("floor B", mpps(8)).limitedBy("floor C", mpps(7.9)).verdict()).isEqualTo(Verdict.FORBIDDEN);
  }

  @Test
  void eachMissedBarNeedsALimitThatMissesIt() {
    Figure figure = Figure.of("DR", "Mpps", mpps(7)).beside("bare", mpps(10), Bar.ratioAtLeast(0.8)).beside("nftables", mpps(2), Bar.ratioAtLeast(3.6));
    assertThat(figure.limitedBy("floor B", mpps(7.5)).verdict()).isEqualTo(Verdict.MISSES);
    assertThat(figure.limitedBy("floor B", mpps(7.1)).verdict()).isEqualTo(Verdict.FORBIDDEN);
  }

  @Test
  void aBarThatHoldsHoldsWhateverItsLimitIs() {
    assertThat(live(9).limitedBy("floor B", mpps(7)).verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(live(9).limitedBy("floor B", mpps(7)).cells()[3]).doesNotContain("floor B");
  }

  @Test
  void aLimitMayHaveAReferenceOfItsOwn() {
    Figure figure = figure(24).beside("without", FLOOR, Bar.ratioAtMost(1.2));
    assertThat(figure.limitedBy("floor D", mpps(15), mpps(10)).cells()).endsWith("without 16.0: 1.50 (max 1.2); floor D itself: 1.50", "forbidden");
    assertThat(figure.limitedBy("floor D", mpps(15), mpps(14)).verdict()).isEqualTo(Verdict.MISSES);
    assertThat(figure(9).asked(Bar.atMost(8)).limitedBy("floor A", mpps(8.5)).verdict()).isEqualTo(Verdict.FORBIDDEN);
  }

  @Test
  void whatIsNoNumberMeetsNothing() {
    assertThat(figure(Double.NaN).asked(Bar.atMost(8)).verdict()).isEqualTo(Verdict.MISSES);
  }

  @Test
  void rowsFitATerminalOf160Columns() {
    Figure figure = figure(24);
    for (int i = 0; i < 5; i++) {
      figure = figure.beside("a long name " + i, FLOOR, Bar.ratioAtMost(1.5));
    }
    assertThat(figure.line().lines().count()).isEqualTo(3);
    assertThat(figure.line().lines()).allMatch(line -> line.length() <= 160);
    assertThat(Figure.header().lines()).allMatch(line -> line.length() <= 160);
    for (int i = 0; i < 5; i++) {
      assertThat(figure.line()).contains("a long name " + i + " 16.0: 1.50 (max 1.5)");
    }
  }
}
