// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The client's ports. A director remembers a connection for a while after its end, as IPVS does, and sends a new one from the same port on
 * to the old one's server: so none is used twice towards one address. Other programs in the client's namespace get theirs from above this
 * range, and who wants a port by number takes one from below.
 */
final class LocalPorts {
  static final int FIRST = 10_000;
  static final int LAST = 49_999;

  /** Of the connections of whoever does not ask this class, as the kernel wants it. */
  static final String EPHEMERAL_RANGE = (LAST + 1) + " 60999";

  private final Map<String, AtomicInteger> next = new ConcurrentHashMap<>();

  /** One that has not been used towards this address, with this protocol. */
  int take(String protocol, String address) {
    int port = next.computeIfAbsent(protocol + " " + address, destination -> new AtomicInteger(FIRST)).getAndIncrement();
    if (port > LAST) {
      throw new LabException("all ports " + FIRST + " to " + LAST + " have been used for " + protocol + " to " + address);
    }
    return port;
  }
}
