// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import java.util.Arrays;
import java.util.BitSet;

/**
 * IPVS's estimator (net/netfilter/ipvs/ip_vs_est.c) for numbered things, five figures each: every two seconds a moving average goes a
 * quarter of the way to the growth of the last two, in fixed point: connections and packets with 10 fractional bits, bytes with 5.
 *
 * <p>One thread at a time.
 */
final class Estimator {
  /** connections, in and out packets, in and out bytes. */
  static final int FIELDS = 5;

  private static final int FIRST_BYTE_FIELD = 3;
  private static final int PACKET_BITS = 10;
  private static final int BYTE_BITS = 5;

  private long[] averages = new long[0];

  /** Things whose averages are not all zero: the others need no step while they do not grow. */
  private final BitSet moving = new BitSet();

  /** Makes room for a thing; its averages are zero. */
  void start(int number) {
    int need = (number + 1) * FIELDS;
    if (averages.length < need) {
      averages = Arrays.copyOf(averages, Math.max(need, averages.length * 2));
    }
    clear(number);
  }

  /** From now on a thing's rates are zero: ipvsadm(8), -Z. */
  void clear(int number) {
    Arrays.fill(averages, number * FIELDS, (number + 1) * FIELDS, 0);
    moving.clear(number);
  }

  /** The thing has grown: it needs a step. */
  void wake(int number) {
    moving.set(number);
  }

  /** Whether the thing needs a step although it has not grown. */
  boolean isMoving(int number) {
    return moving.get(number);
  }

  /** The next moving thing from this number on; -1 if there is none. */
  int nextMoving(int from) {
    return moving.nextSetBit(from);
  }

  /**
   * Two seconds have passed.
   *
   * @param growth of each figure since the last step, from {@code at} on
   */
  void step(int number, long[] growth, int at) {
    long left = 0;
    for (int field = 0; field < FIELDS; field++) {
      int index = number * FIELDS + field;
      // Growth of two seconds, halved.
      long rate = growth[at + field] << fraction(field) - 1;
      averages[index] += rate - averages[index] >> 2;
      left |= averages[index];
    }
    moving.set(number, left != 0);
  }

  /** Figures a second, rounded as IPVS does when it is asked. */
  void read(int number, long[] rates, int at) {
    for (int field = 0; field < FIELDS; field++) {
      int bits = fraction(field);
      rates[at + field] = averages[number * FIELDS + field] + (1L << bits - 1) - 1 >> bits;
    }
  }

  private static int fraction(int field) {
    return field < FIRST_BYTE_FIELD ? PACKET_BITS : BYTE_BITS;
  }
}
