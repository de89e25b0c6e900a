// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The client's ports. A director remembers a connection for a while after its end, as IPVS does, and sends a new one from the same port on
 * to the old one's server: so none is used twice towards one address. Nor is one used towards two addresses at about the same time, since by
 * NAT two VIPs may lead to one server, to which both connections were one. Other programs in the client's namespace get theirs from above this
 * range, and who wants a port by number takes one from below.
 */
final class LocalPorts {
  static final int FIRST = 10_000;
  static final int LAST = 49_999;

  /** Of the connections of whoever does not ask this class, as the kernel wants it. */
  static final String EPHEMERAL_RANGE = (LAST + 1) + " 60999";

  private static final int COUNT = LAST - FIRST + 1;

  /** Between the first ports of two addresses; no divisor of {@link #COUNT}. */
  private static final int STRIDE = 6_151;

  private final AtomicInteger destinations = new AtomicInteger();
  private final Map<String, Destination> taken = new ConcurrentHashMap<>();

  /** The ports towards one address with one protocol, from a first one on, round the range. */
  private record Destination(int start, AtomicInteger count) {}

  /** One that has not been used towards this address, with this protocol. */
  int take(String protocol, String address) {
    Destination to = taken.computeIfAbsent(
        protocol + " " + address, unused -> new Destination(destinations.getAndIncrement() * STRIDE % COUNT, new AtomicInteger()));
    int number = to.count.getAndIncrement();
    if (number >= COUNT) {
      throw new LabException("all ports " + FIRST + " to " + LAST + " have been used for " + protocol + " to " + address);
    }
    return FIRST + (to.start + number) % COUNT;
  }
}
