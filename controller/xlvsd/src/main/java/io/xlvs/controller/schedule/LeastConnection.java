// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import io.xlvs.controller.service.RealServer;
import java.util.List;
import java.util.stream.IntStream;

/**
 * ip_vs_lc.c and ip_vs_wlc.c: the kernel compares live counts (active * 256 + inactive, for wlc divided by the weight), so the
 * ring names every server of a weight above 0 once, in the order in which the kernel compares them: the first of equals wins.
 */
final class LeastConnection implements Scheduler {
  private final String name;
  private final Ring.Pick pick;

  LeastConnection(String name, Ring.Pick pick) {
    this.name = name;
    this.pick = pick;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Ring ring(List<RealServer> newestFirst) {
    int[] usable = IntStream.range(0, newestFirst.size()).filter(i -> newestFirst.get(i).weight() > 0).toArray();
    return new Ring(pick, usable);
  }
}
