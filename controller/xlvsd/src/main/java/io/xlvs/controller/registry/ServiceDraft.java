// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.RealServerKey;
import io.xlvs.controller.service.SchedulerFlag;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.Timeouts;
import io.xlvs.controller.service.VirtualService;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** A virtual service while a transaction changes it: servers by key, so that a thousand additions cost a thousand steps. */
final class ServiceDraft {
  final ServiceKey key;
  String scheduler;
  Set<SchedulerFlag> schedulerFlags = Set.of();
  int persistenceTimeoutSeconds;
  int persistenceNetmask;
  int persistencePrefixLength;
  String persistenceEngine = "";
  boolean onePacket;
  Timeouts timeouts = Timeouts.NONE;
  /** A draft that failed validation: its dependants are not reported as orphans. */
  boolean broken;

  private final long createRevision;
  private final Map<RealServerKey, RealServer> servers = new LinkedHashMap<>();
  private final Set<IpAddress> localAddresses = new LinkedHashSet<>();

  ServiceDraft(ServiceKey key, long createRevision) {
    this.key = key;
    this.createRevision = createRevision;
  }

  ServiceDraft(VirtualService service) {
    this(service.key(), service.createRevision());
    scheduler = service.scheduler();
    schedulerFlags = service.schedulerFlags();
    persistenceTimeoutSeconds = service.persistenceTimeoutSeconds();
    persistenceNetmask = service.persistenceNetmask();
    persistencePrefixLength = service.persistencePrefixLength();
    persistenceEngine = service.persistenceEngine();
    onePacket = service.onePacket();
    timeouts = service.timeouts();
    for (RealServer server : service.servers()) {
      servers.put(server.key(), server);
    }
    localAddresses.addAll(service.localAddresses());
  }

  Collection<RealServer> servers() {
    return servers.values();
  }

  int serverCount() {
    return servers.size();
  }

  RealServer server(RealServerKey serverKey) {
    return servers.get(serverKey);
  }

  /** Adds it at the end, or replaces it in its place. */
  void putServer(RealServer server) {
    servers.put(server.key(), server);
  }

  void removeServer(RealServerKey serverKey) {
    servers.remove(serverKey);
  }

  /** Returns false if it is there already. */
  boolean addLocalAddress(IpAddress address) {
    return localAddresses.add(address);
  }

  /** Returns false if it is not there. */
  boolean removeLocalAddress(IpAddress address) {
    return localAddresses.remove(address);
  }

  VirtualService build(long revision) {
    return new VirtualService(key, scheduler, schedulerFlags, persistenceTimeoutSeconds, persistenceNetmask, persistencePrefixLength,
        persistenceEngine, onePacket, timeouts, new ArrayList<>(servers.values()), new ArrayList<>(localAddresses), createRevision, revision);
  }
}
