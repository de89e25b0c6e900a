// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import io.xlvs.controller.service.RealServer;
import java.util.List;

/**
 * ip_vs_sh.c: a table of 256 places, filled round by round in list order; in each round a server takes as many places as its
 * weight, and one if its weight is 0 (those clients are refused until the weight changes, unless sh-fallback is set).
 */
final class SourceHashing implements Scheduler {
  static final int TABLE_SIZE = 256;

  @Override
  public String name() {
    return "sh";
  }

  @Override
  public int places() {
    return TABLE_SIZE;
  }

  @Override
  public Ring ring(List<RealServer> newestFirst) {
    if (newestFirst.isEmpty()) {
      return new Ring(Ring.Pick.SOURCE_HASH, new int[0]);
    }
    int[] table = new int[TABLE_SIZE];
    int server = 0;
    int places = 0;
    for (int i = 0; i < TABLE_SIZE; i++) {
      table[i] = server;
      places++;
      if (places >= newestFirst.get(server).weight()) {
        server = (server + 1) % newestFirst.size();
        places = 0;
      }
    }
    return new Ring(Ring.Pick.SOURCE_HASH, table);
  }
}
