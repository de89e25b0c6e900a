// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import io.xlvs.controller.service.RealServer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;

/**
 * ip_vs_twos.c: two servers are drawn at random by weight, and the kernel takes the less loaded one. IPVS draws from 0 to the sum
 * of the weights, both included, so that the first server in the list counts as if its weight were one more.
 *
 * <p>The ring is an alias table (A. J. Walker, 1977; M. D. Vose, 1991): columns of equal width, each shared by its own server and one
 * other, so that a draw costs the same for any number of servers and any weights.
 */
final class PowerOfTwoChoices implements Scheduler {
  /** The greatest share, unsigned. */
  private static final int WHOLE_COLUMN = -1;

  @Override
  public String name() {
    return "twos";
  }

  @Override
  public boolean readsLiveCounts() {
    return true;
  }

  @Override
  public Ring ring(List<RealServer> newestFirst) {
    int[] own = Weights.usable(newestFirst).toArray();
    int count = own.length;
    long[] chances = Arrays.stream(own).mapToLong(i -> newestFirst.get(i).weight()).toArray();
    if (count > 0) {
      chances[0]++;
    }
    long column = Arrays.stream(chances).sum();
    int[] entries = IntStream.range(0, 2 * count).map(i -> own[i / 2]).toArray();
    int[] shares = IntStream.range(0, 2 * count).map(i -> i % 2 == 0 ? WHOLE_COLUMN : 0).toArray();
    long[] rest = Arrays.stream(chances).map(chance -> chance * count).toArray();
    Deque<Integer> poor = new ArrayDeque<>();
    Deque<Integer> rich = new ArrayDeque<>();
    IntStream.range(0, count).forEach(i -> (rest[i] < column ? poor : rich).add(i));
    while (!poor.isEmpty()) {
      int taker = poor.remove();
      int giver = rich.element();
      entries[2 * taker + 1] = own[giver];
      shares[2 * taker] = (int) (long) (rest[taker] * 0x1p32 / column);
      rest[giver] -= column - rest[taker];
      if (rest[giver] < column) {
        poor.add(rich.remove());
      }
    }
    return new Ring(Ring.Pick.TWO_CHOICES, entries, shares);
  }
}
