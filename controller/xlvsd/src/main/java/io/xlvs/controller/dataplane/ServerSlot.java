// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.RealServerKey;

/**
 * A real server's place in the maps. It keeps its number and generation from the day its server is added until its last
 * connection is gone: a removed server's connections fall silent and resume when the same server returns, as in IPVS.
 */
final class ServerSlot {
  final int index;
  final int generation;
  final AppliedService owner;
  final RealServerKey key;

  /** As written last; null when the maps were taken over from an earlier process. */
  RealServer server;

  /** The way to it; null only while it is being taken over. */
  Target target;

  /** Whether its replies are recognised: unless it never was NAT's. By what, its service tells. */
  boolean hasReplies;

  /** Whether it belongs to its service. */
  boolean available;

  /** When it was removed, by the clock of nanoTime; only while not available. */
  long removedAtNanos;

  ServerSlot(int index, int generation, AppliedService owner, RealServerKey key) {
    this.index = index;
    this.generation = generation;
    this.owner = owner;
    this.key = key;
  }
}
