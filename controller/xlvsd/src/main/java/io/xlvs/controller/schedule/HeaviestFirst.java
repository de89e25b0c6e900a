// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import io.xlvs.controller.service.RealServer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * ip_vs_fo.c and ip_vs_ovf.c: the heaviest server that can take the connection, of equals the first in list order. The ring is
 * sorted by weight, so that the kernel takes the first that can: for fo one below its threshold, for ovf one with no more
 * active connections than its weight besides.
 */
final class HeaviestFirst implements Scheduler {
  private final String name;
  private final Ring.Pick pick;

  HeaviestFirst(String name, Ring.Pick pick) {
    this.name = name;
    this.pick = pick;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean readsLiveCounts() {
    return pick == Ring.Pick.OVERFLOW;
  }

  @Override
  public Ring ring(List<RealServer> newestFirst) {
    Comparator<Integer> byWeight = Comparator.comparingInt(i -> -newestFirst.get(i).weight());
    int[] heaviestFirst = Weights.usable(newestFirst).boxed().sorted(byWeight).mapToInt(i -> i).toArray();
    return pick == Ring.Pick.FAILOVER
        ? new Ring(pick, heaviestFirst)
        : new Ring(pick, heaviestFirst, Arrays.stream(heaviestFirst).map(i -> newestFirst.get(i).weight()).toArray());
  }
}
