// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import static org.assertj.core.api.Assertions.assertThat;

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
    assertThat(figure(9).asked(Bar.atMost(8)).beside("floor B", FLOOR, Bar.ratioAtMost(1)).misses()).isTrue();
    assertThat(figure(7).asked(Bar.atMost(8)).beside("floor B", FLOOR, Bar.ratioAtMost(0.1)).misses()).isTrue();
    assertThat(figure(7).asked(Bar.atMost(8)).beside("floor B", FLOOR, Bar.ratioAtMost(1)).misses()).isFalse();
  }

  @Test
  void whatIsNoNumberMeetsNothing() {
    assertThat(figure(Double.NaN).asked(Bar.atMost(8)).misses()).isTrue();
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
