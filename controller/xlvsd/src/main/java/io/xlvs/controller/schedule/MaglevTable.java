// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

/**
 * Deals the places of a table out to servers: in turns each takes the next places of its sequence first, first + skip, first + 2 * skip, ...
 * (modulo the table's size) that are free.
 *
 * <p>Trying place after place takes size * ln(size) tries in all, half of them for the last sqrt(size) places, when hardly one is free. So
 * while many are free, tries go to a bit for each place, a few kilobytes; and once few are, a server asks for each free place instead how far
 * away in its sequence it is (a multiplication by the inverse of its skip, which the size's being a prime guarantees) and takes the nearest.
 * The places are the same.
 */
final class MaglevTable {
  /** Fixed point of the size's reciprocal: exact enough for products of two numbers below 2^18. */
  private static final int QUOTIENT_SHIFT = 36;
  private static final int MOST_SIZE = 1 << 18;

  private final int size;
  private final int[] turns;
  /** Of each server: the place that it tries next, or took last. */
  private final int[] next;
  private final int[] skip;
  /** Inverses of the skips, where one was needed; else 0. */
  private final int[] inverse;
  private final long reciprocal;
  private final int[] table;
  private final long[] taken;
  private int server;
  private int turn;

  /**
   * A table of which no place is taken.
   *
   * @param size a prime below 2^18
   * @param turns by server: places that it takes at a time; one at least is not 0
   * @param first by server: where its sequence begins, which {@link #deal} changes
   * @param skip by server: 1 to size - 1
   */
  MaglevTable(int size, int[] turns, int[] first, int[] skip) {
    if (size > MOST_SIZE) {
      throw new IllegalArgumentException("a table of " + size + " places: at most " + MOST_SIZE + " would be right");
    }
    this.size = size;
    this.turns = turns;
    this.next = first;
    this.skip = skip;
    this.inverse = new int[turns.length];
    this.reciprocal = (1L << QUOTIENT_SHIFT) / size;
    this.table = new int[size];
    this.taken = new long[(size + Long.SIZE - 1) / Long.SIZE];
  }

  /** The server of each place. */
  int[] deal() {
    int few = Math.min(size, (int) Math.sqrt(size));
    dealWhileMany(size - few);
    dealRest(free(few));
    return table;
  }

  private void dealWhileMany(int places) {
    long[] bits = taken;
    int left = places;
    while (true) {
      int step = skip[server];
      int place = next[server];
      for (; turn < turns[server]; turn++) {
        if (left == 0) {
          next[server] = place;
          return;
        }
        while ((bits[place >>> 6] >>> place & 1) != 0) {
          place += step;
          place -= place >= size ? size : 0;
        }
        bits[place >>> 6] |= 1L << place;
        table[place] = server;
        left--;
      }
      next[server] = place;
      nextServer();
    }
  }

  private void nextServer() {
    server = server + 1 == turns.length ? 0 : server + 1;
    turn = 0;
  }

  private int[] free(int count) {
    int[] free = new int[count];
    int found = 0;
    for (int place = 0; place < size; place++) {
      if ((taken[place >>> 6] >>> place & 1) == 0) {
        free[found++] = place;
      }
    }
    return free;
  }

  private void dealRest(int[] free) {
    int left = free.length;
    while (left > 0) {
      if (turn >= turns[server]) {
        nextServer();
        continue;
      }
      int nearest = nearest(free, left);
      int place = free[nearest];
      table[place] = server;
      next[server] = place;
      free[nearest] = free[--left];
      turn++;
    }
  }

  /** Which of the free places comes next in the server's sequence. */
  private int nearest(int[] free, int count) {
    if (inverse[server] == 0) {
      inverse[server] = inverse(skip[server]);
    }
    long factor = inverse[server];
    int from = next[server];
    int nearest = 0;
    long least = Long.MAX_VALUE;
    for (int i = 0; i < count; i++) {
      int distance = free[i] - from;
      distance += distance < 0 ? size : 0;
      long steps = remainder(distance * factor);
      if (steps < least) {
        least = steps;
        nearest = i;
      }
    }
    return nearest;
  }

  /** Of a division by the size, without one. */
  private long remainder(long product) {
    long rest = product - (product * reciprocal >>> QUOTIENT_SHIFT) * size; // the quotient may be one too small
    return rest >= size ? rest - size : rest;
  }

  /** The number that multiplied by this one leaves 1, by Euclid's algorithm. */
  private int inverse(int number) {
    long a = size;
    long b = number;
    long before = 0;
    long now = 1;
    while (b != 1) {
      long quotient = a / b;
      long rest = a - quotient * b;
      a = b;
      b = rest;
      long following = before - quotient * now;
      before = now;
      now = following;
    }
    return (int) (now < 0 ? now + size : now);
  }
}
