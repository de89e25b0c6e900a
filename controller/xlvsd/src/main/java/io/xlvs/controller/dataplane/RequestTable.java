// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Endpoint;
import io.xlvs.bpf.EndpointKind;
import io.xlvs.bpf.ServiceTable;
import io.xlvs.bpf.Settings;
import io.xlvs.controller.service.MarkRule;
import io.xlvs.controller.service.MarkRuleKey;
import io.xlvs.controller.service.ServiceKey;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which service a request is for. A service with an address has the endpoint of its own, unless a firewall-mark service's rules cover it:
 * a packet that carries the mark is the mark's, as in IPVS (ip_vs_service_find()).
 */
final class RequestTable {
  private final EndpointSet endpoints;
  private final long markCapacity;

  /** Endpoints of marks: without and with the index of their service. */
  private final Map<Endpoint, Endpoint> marked = new HashMap<>();

  private final Set<Endpoint> markedVips = new HashSet<>();

  /** Services with an address whose endpoint is a mark's. */
  private final Set<AppliedService> covered = Collections.newSetFromMap(new IdentityHashMap<>());

  private Optional<Map<MarkRuleKey, MarkRule>> rules = Optional.empty();

  /**
   * An empty table.
   *
   * @param markCapacity entries of the service table that marks may have
   */
  RequestTable(EndpointSet endpoints, long markCapacity) {
    this.endpoints = endpoints;
    this.markCapacity = markCapacity;
  }

  /** Whether these rules were applied last; after a restart nobody knows. */
  boolean has(Map<MarkRuleKey, MarkRule> wanted) {
    return rules.equals(Optional.of(wanted));
  }

  /** What the service table certainly holds beyond an entry for each server and local address and two for each service. */
  static long markCapacity(Settings settings, long localAddresses) {
    return ServiceTable.capacity(settings.bucketMask() + 1) - 2L * settings.services() - settings.servers() - localAddresses;
  }

  long markCapacity() {
    return markCapacity;
  }

  /** Entries of the service table that marks have, beside those of their servers. */
  long markEntries() {
    return (long) marked.size() + markedVips.size();
  }

  /** Adds a service; one of a mark gets the endpoints of its rules by {@link #mark}. */
  void add(AppliedService service) {
    if (service.key instanceof ServiceKey.Endpoint key) {
      endpoints.add(AppliedService.vip(key));
      if (isMarked(service.requests(key))) {
        covered.add(service);
      } else {
        endpoints.add(service.requests(key));
      }
    } else if (service.key instanceof ServiceKey.FirewallMark key) {
      endpoints.add(service.marked(key));
    }
  }

  void remove(AppliedService service) {
    if (service.key instanceof ServiceKey.Endpoint key) {
      endpoints.remove(AppliedService.vip(key));
      if (!covered.remove(service)) {
        endpoints.remove(service.requests(key));
      }
    } else if (service.key instanceof ServiceKey.FirewallMark key) {
      endpoints.remove(service.marked(key));
    }
  }

  private boolean isMarked(Endpoint request) {
    return marked.containsKey(at(request, request.port())) || marked.containsKey(at(request, 0));
  }

  private static Endpoint at(Endpoint request, int port) {
    return new Endpoint(request.address(), port, request.protocol(), request.kind(), request.family(), 0);
  }

  private static Endpoint withIndex(Endpoint request, int index) {
    return new Endpoint(request.address(), request.port(), request.protocol(), request.kind(), request.family(), index);
  }

  /** Takes over an endpoint from an earlier process whose index is a firewall-mark service's. */
  void takeOver(Endpoint request) {
    endpoints.add(request);
    marked.put(at(request, request.port()), request);
    Endpoint vip = new Endpoint(request.address(), 0, 0, EndpointKind.VIP, request.family(), 0);
    if (markedVips.add(vip)) {
      endpoints.add(vip);
    }
  }

  /** Makes the endpoints of marks be these; services with an address get theirs back, or lose them. */
  void mark(MarkEndpoints wanted, Map<ServiceKey, AppliedService> services) {
    rules = Optional.of(wanted.rules);
    Map<Endpoint, Endpoint> now = new HashMap<>(wanted.requests.size() * 2);
    wanted.requests.forEach((request, service) -> now.put(request, withIndex(request, services.get(service).index)));
    replace(Set.copyOf(marked.values()), Set.copyOf(now.values()));
    marked.clear();
    marked.putAll(now);
    replace(Set.copyOf(markedVips), wanted.vips);
    markedVips.clear();
    markedVips.addAll(wanted.vips);
    services.values().stream().filter(service -> service.present).forEach(this::cover);
  }

  private void replace(Set<Endpoint> before, Set<Endpoint> after) {
    before.stream().filter(endpoint -> !after.contains(endpoint)).forEach(endpoints::remove);
    after.stream().filter(endpoint -> !before.contains(endpoint)).forEach(endpoints::add);
  }

  private void cover(AppliedService service) {
    if (service.key instanceof ServiceKey.Endpoint key) {
      Endpoint own = service.requests(key);
      if (isMarked(own) && covered.add(service)) {
        endpoints.remove(own);
      } else if (!isMarked(own) && covered.remove(service)) {
        endpoints.add(own);
      }
    }
  }
}
