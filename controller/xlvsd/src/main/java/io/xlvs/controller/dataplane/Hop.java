// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.controller.service.IpAddress;

/** A next hop: a neighbour on an interface, with the route's MTU. */
final class Hop {
  /**
   * Identity.
   *
   * @param neighbour its address
   * @param mtu largest IP packet in bytes
   */
  record Key(int ifindex, IpAddress neighbour, int mtu) {
    /** The neighbour without the route. */
    ManagedNeighbours.Key identity() {
      return new ManagedNeighbours.Key(ifindex, neighbour);
    }
  }

  final Key key;
  final int index;
  int references;

  /** Ethernet address in the low 48 bits; 0: not known now. */
  long mac;

  Hop(Key key, int index) {
    this.key = key;
    this.index = index;
  }
}
