// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** IPVS's rates, to the last digit. */
class EstimatorTest {
  private static final int FIELDS = Estimator.FIELDS;

  /** What kernel 6.12 and 6.1 showed so many steps after a burst of this size: ipvsadm -Ln --rate. */
  @ParameterizedTest
  @CsvSource({
    "225, 2, 21, packets", "575, 2, 54, packets", "548, 2, 51, packets", "15, 2, 1, packets", "6, 2, 1, packets", "4, 2, 0, packets",
    "12740, 2, 1194, bytes", "32520, 2, 3049, bytes", "11477, 2, 1076, bytes", "7040, 2, 660, bytes", "29, 2, 3, bytes", "328, 2, 31, bytes",
    "112, 3, 8, bytes", "60, 3, 4, bytes", "152, 3, 11, bytes", "106, 3, 7, bytes"
  })
  void aBurstIsShownAsRecorded(long burst, int steps, long shown, String unit) {
    int field = unit.equals("bytes") ? 3 : 1;
    Estimator estimator = new Estimator();
    estimator.start(0);
    long[] growth = new long[FIELDS];
    growth[field] = burst;
    for (int step = 0; step < steps; step++) {
      estimator.step(0, growth, 0);
      growth[field] = 0;
    }
    long[] rates = new long[FIELDS];
    estimator.read(0, rates, 0);
    assertThat(rates[field]).isEqualTo(shown);
  }

  /** The arithmetic of ip_vs_est.c in numbers without end. */
  private static final class Model {
    private final int bits;
    private BigInteger average = BigInteger.ZERO;

    Model(int bits) {
      this.bits = bits;
    }

    void step(long growth) {
      BigInteger rate = BigInteger.valueOf(growth).shiftLeft(bits - 1);
      // A right shift of a negative number rounds down, in C on Linux as here.
      average = average.add(rate.subtract(average).shiftRight(2));
    }

    long shown() {
      return average.add(BigInteger.ONE.shiftLeft(bits - 1).subtract(BigInteger.ONE)).shiftRight(bits).longValueExact();
    }
  }

  @Test
  void everyFigureFollowsTheKernelsArithmetic() {
    Random random = new Random(7);
    Estimator estimator = new Estimator();
    int things = 5;
    Model[][] models = new Model[things][FIELDS];
    for (int thing = 0; thing < things; thing++) {
      estimator.start(thing);
      for (int field = 0; field < FIELDS; field++) {
        models[thing][field] = new Model(field < 3 ? 10 : 5);
      }
    }
    for (int step = 0; step < 5_000; step++) {
      for (int thing = 0; thing < things; thing++) {
        long[] growth = new long[FIELDS];
        for (int field = 0; field < FIELDS; field++) {
          // Up to 100 Gbit/s for two seconds; now and then nothing for a while.
          growth[field] = step / 100 % 3 == 0 ? 0 : random.nextLong(1L << random.nextInt(36));
          models[thing][field].step(growth[field]);
        }
        if (estimator.isMoving(thing) || Arrays.stream(growth).anyMatch(one -> one != 0)) {
          estimator.step(thing, growth, 0);
        }
        long[] rates = new long[FIELDS];
        estimator.read(thing, rates, 0);
        for (int field = 0; field < FIELDS; field++) {
          assertThat(rates[field]).as("step %d, thing %d, field %d", step, thing, field).isEqualTo(models[thing][field].shown());
        }
      }
    }
  }

  @Test
  void aThingAtRestNeedsNoStepSooner() {
    Estimator estimator = new Estimator();
    estimator.start(3);
    assertThat(estimator.nextMoving(0)).isEqualTo(-1);
    estimator.step(3, new long[] {0, 1L << 30, 0, 1L << 40, 0}, 0);
    assertThat(estimator.nextMoving(0)).isEqualTo(3);
    int steps = 0;
    for (; estimator.isMoving(3); steps++) {
      estimator.step(3, new long[FIELDS], 0);
    }
    assertThat(steps).isBetween(80, 200);
    estimator.step(3, new long[] {9, 9, 9, 9, 9}, 0);
    estimator.clear(3);
    assertThat(estimator.isMoving(3)).isFalse();
  }
}
