// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.RealServerKey;
import java.util.List;

/** ip_vs_rr.c: one after the other in list order, servers of weight 0 left out. */
final class RoundRobin implements Scheduler {
  @Override
  public String name() {
    return "rr";
  }

  @Override
  public Ring ring(List<RealServer> newestFirst) {
    return new Ring(Ring.Pick.NEXT, Weights.usable(newestFirst).toArray());
  }

  /** IPVS remembers the server picked last, or, once that is deleted, the one before it in the list. */
  @Override
  public int resume(List<RealServer> before, long picks, List<RealServer> after) {
    int[] old = ring(before).entries();
    int[] now = ring(after).entries();
    if (picks == 0 || old.length == 0 || now.length == 0) {
      return 0;
    }
    int last = old[(int) ((picks - 1) % old.length)];
    int position = -1;
    while (last >= 0 && position < 0) {
      position = indexOf(after, before.get(last).key());
      last--;
    }
    for (int i = 0; i < now.length; i++) {
      if (now[i] > position) {
        return i;
      }
    }
    return 0;
  }

  private static int indexOf(List<RealServer> servers, RealServerKey key) {
    for (int i = 0; i < servers.size(); i++) {
      if (servers.get(i).port() == key.port() && servers.get(i).address().equals(key.address())) {
        return i;
      }
    }
    return -1;
  }
}
