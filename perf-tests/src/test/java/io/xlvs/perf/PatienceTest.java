// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PatienceTest {
  private static final long SECOND_NS = 1_000_000_000;

  private long now = 77 * SECOND_NS;
  private int turns;

  private void turn() {
    now += SECOND_NS;
    turns++;
  }

  private int turnsOf(Patience patience, int enough) {
    turns = 0;
    patience.until(() -> turns >= enough, this::turn);
    return turns;
  }

  @Test
  void oneMeasurementWaitsAsLongAsOneMay() {
    assertThat(turnsOf(new Patience(3, 100, () -> now), 5)).isEqualTo(3);
    assertThat(turnsOf(new Patience(3, 100, () -> now), 2)).isEqualTo(2);
  }

  @Test
  void allTogetherWaitNoLongerThanAllMay() {
    Patience patience = new Patience(3, 5, () -> now);
    assertThat(turnsOf(patience, 9)).isEqualTo(3);
    assertThat(turnsOf(patience, 1)).isEqualTo(1);
    assertThat(turnsOf(patience, 9)).isEqualTo(1);
    assertThat(turnsOf(patience, 9)).isZero();
  }

  @Test
  void whatNeedsNoWaitingCostsNothing() {
    Patience patience = new Patience(3, 3, () -> now);
    assertThat(turnsOf(patience, 0)).isZero();
    now += 50 * SECOND_NS;
    assertThat(turnsOf(patience, 9)).isEqualTo(3);
  }
}
