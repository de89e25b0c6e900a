// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.EndpointKind;
import io.xlvs.bpf.Place;
import io.xlvs.bpf.Server;
import io.xlvs.bpf.Service;
import io.xlvs.bpf.ServiceFlag;
import io.xlvs.bpf.ServiceTable;
import io.xlvs.controller.net.Route;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.ServiceKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads what an earlier process left in the maps, so that services, servers, rings and local addresses keep their places and
 * nothing is disturbed. What was left half done is put right by the first configuration that is applied.
 */
final class Takeover {
  private final Tables tables;
  private final Map<Integer, AppliedService> byIndex = new HashMap<>();

  Takeover(Tables tables) {
    this.tables = tables;
  }

  /** The services in the maps by key. */
  Map<ServiceKey, AppliedService> read(int serviceCapacity, int serverCapacity, long nowNanos) {
    Map<ServiceKey, AppliedService> applied = new LinkedHashMap<>();
    for (int index = 0; index < serviceCapacity; index++) {
      Service record = tables.services().record(index);
      if (record != null) {
        AppliedService service = tables.services().takeOver(index, record);
        service.present = (record.flags() & ServiceFlag.IN_USE.value()) != 0;
        if (applied.putIfAbsent(service.key, service) != null) {
          // Two records of one service: the process died between writing a new one and freeing the old one.
          tables.services().free(service);
          continue;
        }
        byIndex.put(index, service);
        tables.counters().takeOverService(index);
        tables.rings().takeOver(service.ring);
        takeOverPlaces(service, record, nowNanos);
        service.localAddresses = tables.locals().takeOver(service.locals);
      }
    }
    tables.locals().takeOverRest();
    readServers(serverCapacity, nowNanos);
    tables.hops().dropUnused();
    freeEmpty(applied);
    return applied;
  }

  private void takeOverPlaces(AppliedService service, Service record, long nowNanos) {
    if ((record.flags() & ServiceFlag.RING_FIRST.value()) != 0 && record.ring().length() > 0) {
      boolean hashPort = (record.flags() & ServiceFlag.HASH_PORT.value()) != 0;
      RingPlaces.Rule rule = new RingPlaces.Rule(record.pick(), hashPort, record.ring().length() / Place.ENTRIES);
      service.places = tables.ringFirst().takeOver(service, record.ring(), rule, nowNanos);
    }
  }

  private void freeEmpty(Map<ServiceKey, AppliedService> applied) {
    for (AppliedService service : List.copyOf(applied.values())) {
      if (!service.present && service.slots.isEmpty()) {
        applied.remove(service.key);
        tables.rings().retire(service.ring);
        tables.services().free(service);
      }
    }
  }

  private void readServers(int capacity, long nowNanos) {
    Set<IpAddress> addresses = new HashSet<>();
    forEachServer(capacity, (index, record) -> addresses.add(Convert.address(record.address(), record.family())));
    Map<IpAddress, Route> routes = tables.hops().lookUp(addresses);
    // Read once more: a million records at a time would only have to be kept.
    forEachServer(
        capacity,
        (index, record) -> {
          AppliedService owner = byIndex.get(record.service());
          if (owner != null) {
            tables.servers().takeOver(index, record, owner, routes, nowNanos);
          } else {
            tables.servers().clear(index, record.generation());
          }
        });
  }

  private interface Visitor {
    void visit(int index, Server record);
  }

  private void forEachServer(int capacity, Visitor visitor) {
    for (int index = 0; index < capacity; index++) {
      if (tables.servers().isWritten(index)) {
        visitor.visit(index, tables.servers().record(index));
      }
    }
  }

  /** Makes the service table differ from what the services need by nothing but the next change. */
  void settle(ServiceTable table) {
    // Which endpoints are a mark's, the service table alone tells until the rules are applied.
    table.forEach(endpoint -> {
      AppliedService owner = endpoint.kind() == EndpointKind.SERVICE ? byIndex.get(endpoint.index()) : null;
      if (owner != null && owner.present && owner.key instanceof ServiceKey.FirewallMark) {
        tables.requests().takeOver(endpoint);
      }
    });
    byIndex.values().stream().filter(service -> service.present).forEach(tables.requests()::add);
    tables.endpoints().compareWith(table);
    tables.endpoints().flush(table);
  }
}
