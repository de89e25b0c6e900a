// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import io.xlvs.controller.service.RealServer;
import java.util.List;
import java.util.stream.IntStream;

/**
 * ip_vs_dh.c: a table of 256 places in which the servers take turns in list order, whatever their weights; destinations whose
 * server has weight 0 or is overloaded are refused.
 */
final class DestinationHashing implements Scheduler {
  private static final int TABLE_SIZE = 256;

  @Override
  public String name() {
    return "dh";
  }

  @Override
  public Ring ring(List<RealServer> newestFirst) {
    int servers = newestFirst.size();
    int places = servers == 0 ? 0 : TABLE_SIZE;
    return new Ring(Ring.Pick.DESTINATION_HASH, IntStream.range(0, places).map(place -> place % servers).toArray());
  }
}
