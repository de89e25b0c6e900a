// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import io.xlvs.controller.service.RealServer;
import java.util.List;

/** Computes what the kernel needs to choose a real server. Pure and deterministic. */
public interface Scheduler {
  /** IPVS's name: "rr". */
  String name();

  /**
   * What the kernel chooses from.
   *
   * @param newestFirst the service's servers in IPVS's list order ({@code VirtualService.serversNewestFirst()})
   * @return a ring whose entries index that list; without entries: no server can be chosen
   */
  Ring ring(List<RealServer> newestFirst);

  /**
   * The same as {@link #ring(List)}, found with less work where few servers have changed.
   *
   * @param before the servers that {@code ringBefore} was computed from
   */
  default Ring ring(List<RealServer> newestFirst, List<RealServer> before, Ring ringBefore) {
    return ring(newestFirst);
  }

  /** Whether rings are worth keeping for that. */
  default boolean needsRingBefore() {
    return false;
  }

  /**
   * Where a counter goes on after the servers have changed, so that the picks continue as IPVS's do.
   *
   * @param before the servers that the counter counted over, newest first
   * @param picks how many picks were made from {@code ring(before)} since its entry 0
   * @param after the servers from now on, newest first
   * @return index of the next pick in {@code ring(after)}; 0 if that has no entries
   */
  default int resume(List<RealServer> before, long picks, List<RealServer> after) {
    return 0;
  }

  /** Places of the table that a client is looked up in; 0: it has none. */
  default int places() {
    return 0;
  }

  /** Whether the kernel compares the servers' live connection counts. */
  default boolean readsLiveCounts() {
    return false;
  }

  /** The most servers that a service with this scheduler can have. */
  default int maxServers() {
    return Integer.MAX_VALUE;
  }
}
