// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What xlvs's counters say of a service.
 *
 * @param connections that were given to each real server
 * @param packets from clients to all of them
 */
record ServiceCounts(List<Long> connections, long packets) {
  /** What each real server has of the connections, by round robin, at the least. */
  private static final double SHARE = 0.45;

  /** What has come since an earlier count. */
  ServiceCounts since(ServiceCounts before) {
    List<Long> more = IntStream.range(0, connections.size()).mapToObj(i -> connections.get(i) - before.connections.get(i)).toList();
    return new ServiceCounts(more, packets - before.packets);
  }

  /**
   * What did not come through xlvs says nothing about it. Not every connection that a client opened is a new one to the counters: DR and TUN
   * see the client's FIN alone and keep the connection in FIN_WAIT for two minutes, as IPVS does; when its port comes again by then, the SYN
   * is the same connection's and goes to the same server (conn_reuse_mode 1, the default). Packets tell whether all came.
   *
   * @param sent packets that clients sent at the least
   */
  void require(String who, long sent) {
    if (packets < sent) {
      throw new IllegalStateException(who + ": by xlvs's counters the service got " + packets + " packets; its clients sent " + sent + " at least");
    }
    long all = connections.stream().mapToLong(each -> each).sum();
    for (int server = 0; server < connections.size(); server++) {
      long got = connections.get(server);
      if (got == 0 || got < SHARE * all) {
        throw new IllegalStateException(
            who + ": by xlvs's counters real server " + (server + 1) + " got " + got + " of " + all + " connections");
      }
    }
  }
}
