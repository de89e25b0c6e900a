// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Endpoint;
import io.xlvs.bpf.EndpointKind;
import io.xlvs.bpf.Family;
import io.xlvs.bpf.WireAddress;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.MarkRule;
import io.xlvs.controller.service.MarkRuleKey;
import io.xlvs.controller.service.PortRange;
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.ServiceKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The mark rules as the service table needs them: which endpoint (its index left at 0) is which mark's. Rules whose mark has no service
 * are not in it, since their packets are what their address makes them.
 */
final class MarkEndpoints {
  /** The rules that it was made of. */
  final Map<MarkRuleKey, MarkRule> rules;

  /** Every endpoint of a request with the service that it leads to. */
  final Map<Endpoint, ServiceKey> requests = new HashMap<>();

  /** Every address of them. */
  final Set<Endpoint> vips = new HashSet<>();

  private MarkEndpoints(Map<MarkRuleKey, MarkRule> rules) {
    this.rules = rules;
  }

  static MarkEndpoints of(Configuration configuration) {
    MarkEndpoints endpoints = new MarkEndpoints(configuration.markRules());
    for (MarkRule rule : configuration.markRules().values()) {
      ServiceKey service = rule.key().service();
      if (configuration.services().containsKey(service)) {
        endpoints.add(rule, service);
      }
    }
    return endpoints;
  }

  /** How many entries of the service table they take. */
  long size() {
    return (long) requests.size() + vips.size();
  }

  private void add(MarkRule rule, ServiceKey service) {
    Family family = Convert.family(service.family());
    for (int number = 0; number < 1 << rule.key().destination().hostBits(); number++) {
      WireAddress address = Convert.wire(rule.key().destination().address(number));
      for (Protocol protocol : Protocol.values()) {
        for (PortRange range : rule.ports(protocol)) {
          add(address, range, protocol, family, service);
        }
      }
      vips.add(new Endpoint(address, 0, 0, EndpointKind.VIP, family, 0));
    }
  }

  /** Every port of a protocol is the one entry that a service on every port has. */
  private void add(WireAddress address, PortRange range, Protocol protocol, Family family, ServiceKey service) {
    boolean every = range.equals(PortRange.ALL);
    for (int port = every ? 0 : range.first(); port <= (every ? 0 : range.last()); port++) {
      requests.put(request(address, port, protocol, family), service);
    }
  }

  private static Endpoint request(WireAddress address, int port, Protocol protocol, Family family) {
    return new Endpoint(address, port, protocol.number(), EndpointKind.SERVICE, family, 0);
  }
}
