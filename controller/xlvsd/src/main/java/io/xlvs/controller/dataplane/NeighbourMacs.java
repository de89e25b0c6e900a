// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.controller.net.Neighbour;
import io.xlvs.controller.service.IpAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The last known Ethernet address of each neighbour. A gateway towards clients that moves to another one (a router's failover) makes
 * the ways to clients that the data plane has learnt wrong, though no route changes.
 */
final class NeighbourMacs {
  /** As many as the data plane can learn; the longest unheard of go first. */
  private static final int LIMIT = 65_536;

  private record Key(int ifindex, IpAddress address) {}

  private final Map<Key, Long> macs =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Long> eldest) {
          return size() > LIMIT;
        }
      };

  /** Whether the neighbour was usable under another address before. One that is lost keeps its last address. */
  boolean moved(Neighbour neighbour) {
    if (!neighbour.usable()) {
      return false;
    }
    Long before = macs.put(new Key(neighbour.ifindex(), neighbour.address()), neighbour.mac());
    return before != null && before != neighbour.mac();
  }
}
