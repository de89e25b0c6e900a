// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import io.xlvs.controller.service.RealServer;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * ip_vs_lc.c, ip_vs_wlc.c, ip_vs_lblc.c, ip_vs_lblcr.c, ip_vs_sed.c and ip_vs_nq.c: the kernel compares live counts, so the ring names every server of a
 * weight above 0 once, in the order in which the kernel compares them, with the weight that its load is divided by: the first of
 * equals wins.
 */
final class LeastConnection implements Scheduler {
  private final String name;
  private final Ring.Pick pick;
  private final ToIntFunction<RealServer> weight;

  LeastConnection(String name, Ring.Pick pick, ToIntFunction<RealServer> weight) {
    this.name = name;
    this.pick = pick;
    this.weight = weight;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean readsLiveCounts() {
    return true;
  }

  @Override
  public Ring ring(List<RealServer> newestFirst) {
    int[] usable = Weights.usable(newestFirst).toArray();
    return new Ring(pick, usable, Arrays.stream(usable).map(i -> weight.applyAsInt(newestFirst.get(i))).toArray());
  }
}
