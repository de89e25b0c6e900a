// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * One virtual service with its real servers. Immutable; an unchanged service is the same object from one
 * {@link Configuration} to the next.
 *
 * @param key identity
 * @param scheduler IPVS's name of the scheduler, never empty
 * @param schedulerFlags flags, compatible with the scheduler
 * @param persistenceTimeoutSeconds 1..2678400; 0: not persistent
 * @param persistenceNetmask IPv4: the mask as a 32-bit number (255.255.255.255 is -1); 0 for IPv6
 * @param persistencePrefixLength IPv6: 1..128; 0 for IPv4
 * @param persistenceEngine "sip" or empty
 * @param onePacket each datagram is scheduled by itself; UDP only
 * @param timeouts of its own connections; a 0 stands for the director's
 * @param servers in the order added (IPVS's own list order is the reverse: {@link #serversNewestFirst})
 * @param localAddresses sources of the FULLNAT method, in the order added
 * @param createRevision of the configuration when it was created: tells a service from one deleted and created again
 * @param revision of the configuration when it, or a server of it, was last changed; the etag
 */
public record VirtualService(
    ServiceKey key,
    String scheduler,
    Set<SchedulerFlag> schedulerFlags,
    int persistenceTimeoutSeconds,
    int persistenceNetmask,
    int persistencePrefixLength,
    String persistenceEngine,
    boolean onePacket,
    Timeouts timeouts,
    List<RealServer> servers,
    List<IpAddress> localAddresses,
    long createRevision,
    long revision) {

  public VirtualService {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(scheduler, "scheduler");
    Objects.requireNonNull(persistenceEngine, "persistenceEngine");
    Objects.requireNonNull(timeouts, "timeouts");
    schedulerFlags = Set.copyOf(schedulerFlags);
    servers = List.copyOf(servers);
    localAddresses = List.copyOf(localAddresses);
  }

  /** Whether clients stay with their server. */
  public boolean isPersistent() {
    return persistenceTimeoutSeconds > 0;
  }

  /** Whether its ring decides without connections: scheduler flag ring-first. */
  public boolean isRingFirst() {
    return schedulerFlags.contains(SchedulerFlag.RING_FIRST);
  }

  /** The order in which IPVS's schedulers walk the servers: list_add puts the newest at the head. */
  public List<RealServer> serversNewestFirst() {
    List<RealServer> reversed = new ArrayList<>(servers);
    Collections.reverse(reversed);
    return Collections.unmodifiableList(reversed);
  }

  /** The server of this identity. */
  public Optional<RealServer> server(RealServerKey key) {
    for (RealServer server : servers) {
      if (server.port() == key.port() && server.address().equals(key.address())) {
        return Optional.of(server);
      }
    }
    return Optional.empty();
  }
}
