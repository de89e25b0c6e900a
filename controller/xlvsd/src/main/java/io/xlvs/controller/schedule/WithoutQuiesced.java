// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import io.xlvs.controller.service.RealServer;
import java.util.List;

/**
 * sh and mh with ring-first: a server of weight 0 has no place. The places that it would have had go where the table without it has them;
 * no other place moves.
 */
final class WithoutQuiesced implements Scheduler {
  private final Scheduler scheduler;

  WithoutQuiesced(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  @Override
  public String name() {
    return scheduler.name();
  }

  @Override
  public int places() {
    return scheduler.places();
  }

  @Override
  public int maxServers() {
    return scheduler.maxServers();
  }

  @Override
  public Ring ring(List<RealServer> newestFirst) {
    Ring all = scheduler.ring(newestFirst);
    int[] usable = Weights.usable(newestFirst).toArray();
    if (usable.length == newestFirst.size()) {
      return all;
    }
    List<RealServer> others = Weights.usable(newestFirst).mapToObj(newestFirst::get).toList();
    int[] without = scheduler.ring(others).entries();
    if (without.length == 0) {
      return new Ring(all.pick());
    }
    int[] entries = all.entries().clone();
    for (int place = 0; place < entries.length; place++) {
      if (newestFirst.get(entries[place]).weight() == 0) {
        entries[place] = usable[without[place]];
      }
    }
    return new Ring(all.pick(), entries);
  }
}
