// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import io.xlvs.controller.registry.Operation.CreateLocalAddress;
import io.xlvs.controller.registry.Operation.CreateServer;
import io.xlvs.controller.registry.Operation.CreateService;
import io.xlvs.controller.registry.Operation.DeleteLocalAddress;
import io.xlvs.controller.registry.Operation.DeleteMarkRule;
import io.xlvs.controller.registry.Operation.DeleteServer;
import io.xlvs.controller.registry.Operation.DeleteService;
import io.xlvs.controller.registry.Operation.UpdateMarkRule;
import io.xlvs.controller.registry.Operation.UpdateServer;
import io.xlvs.controller.registry.Operation.UpdateService;
import io.xlvs.controller.registry.Operation.UpdateSysctls;
import io.xlvs.controller.registry.Operation.UpdateTimeouts;
import io.xlvs.controller.service.AddressFamily;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.MarkRule;
import io.xlvs.controller.service.MarkRuleKey;
import io.xlvs.controller.service.PortRange;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.RealServerKey;
import io.xlvs.controller.service.SchedulerFlag;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.Sysctl;
import io.xlvs.controller.service.VirtualService;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The operations that lead from one configuration to what another has: they pass the same checks as anybody's, and what is alike in both
 * is not touched.
 */
final class Restoration {
  private static final Set<String> EVERY_FIELD = Set.of();
  private static final String ANY = "";

  private final List<Operation> operations = new ArrayList<>();

  private Restoration() {}

  /** In an order in which each can be carried out; none if the two differ in nothing but revisions. */
  static List<Operation> between(Configuration from, Configuration to) {
    Restoration restoration = new Restoration();
    for (ServiceKey key : from.services().keySet()) {
      if (!to.services().containsKey(key)) {
        restoration.operations.add(new DeleteService(key, ANY));
      }
    }
    to.services().forEach((key, service) -> restoration.restore(from.services().get(key), service));
    restoration.restoreMarkRules(from, to);
    restoration.restoreSettings(from, to);
    return restoration.operations;
  }

  private void restore(VirtualService from, VirtualService to) {
    if (from == null) {
      create(to);
    } else if (!RingFirstRules.canBecome(from, to.scheduler(), to.schedulerFlags())) {
      operations.add(new DeleteService(to.key(), ANY));
      create(to);
    } else {
      if (!spec(from).equals(spec(to))) {
        operations.add(new UpdateService(to.key(), spec(to), EVERY_FIELD, ANY));
      }
      restoreLocalAddresses(from, to);
      restoreServers(from, to);
    }
  }

  private void create(VirtualService service) {
    operations.add(new CreateService(spec(service)));
    service.localAddresses().forEach(address -> operations.add(new CreateLocalAddress(service.key(), address.toString())));
    service.servers().forEach(server -> create(service.key(), server));
  }

  private void create(ServiceKey service, RealServer server) {
    operations.add(new CreateServer(service, spec(server, server.lastWeight())));
    quiesce(service, server);
  }

  /** After it has had its last weight: that is remembered, and keeps its places in the table of mh. */
  private void quiesce(ServiceKey service, RealServer server) {
    if (server.weight() == 0 && server.lastWeight() != 0) {
      operations.add(new UpdateServer(service, server.key(), spec(server, 0), EVERY_FIELD, ANY));
    }
  }

  private void restoreLocalAddresses(VirtualService from, VirtualService to) {
    for (IpAddress address : from.localAddresses()) {
      if (!to.localAddresses().contains(address)) {
        operations.add(new DeleteLocalAddress(to.key(), address.toString()));
      }
    }
    for (IpAddress address : to.localAddresses()) {
      if (!from.localAddresses().contains(address)) {
        operations.add(new CreateLocalAddress(to.key(), address.toString()));
      }
    }
  }

  /** Their order is part of what is restored, since schedulers walk it: from the first on that has another place, they are added anew. */
  private void restoreServers(VirtualService from, VirtualService to) {
    Set<RealServerKey> wanted = new HashSet<>();
    to.servers().forEach(server -> wanted.add(server.key()));
    List<RealServer> kept = new ArrayList<>();
    for (RealServer server : from.servers()) {
      if (wanted.contains(server.key())) {
        kept.add(server);
      } else {
        operations.add(new DeleteServer(to.key(), server.key(), ANY));
      }
    }
    int inPlace = 0;
    while (inPlace < kept.size() && canBecome(kept.get(inPlace), to.servers().get(inPlace))) {
      update(to.key(), kept.get(inPlace), to.servers().get(inPlace));
      inPlace++;
    }
    kept.subList(inPlace, kept.size()).forEach(server -> operations.add(new DeleteServer(to.key(), server.key(), ANY)));
    to.servers().subList(inPlace, to.servers().size()).forEach(server -> create(to.key(), server));
  }

  /** No edit makes a server forget that it ever had a weight. */
  private static boolean canBecome(RealServer from, RealServer to) {
    return from.key().equals(to.key()) && (to.lastWeight() != 0 || from.lastWeight() == 0);
  }

  private void update(ServiceKey service, RealServer from, RealServer to) {
    if (from.weight() != to.weight() || from.lastWeight() != to.lastWeight() || !spec(from, 0).equals(spec(to, 0))) {
      operations.add(new UpdateServer(service, to.key(), spec(to, to.lastWeight()), EVERY_FIELD, ANY));
      quiesce(service, to);
    }
  }

  private void restoreMarkRules(Configuration from, Configuration to) {
    for (MarkRuleKey key : from.markRules().keySet()) {
      if (!to.markRules().containsKey(key)) {
        operations.add(new DeleteMarkRule(key, ANY));
      }
    }
    to.markRules().forEach((key, rule) -> {
      MarkRule old = from.markRules().get(key);
      if (old == null || !spec(old).equals(spec(rule))) {
        operations.add(new UpdateMarkRule(spec(rule), true, ANY));
      }
    });
  }

  private void restoreSettings(Configuration from, Configuration to) {
    if (!from.timeouts().equals(to.timeouts())) {
      operations.add(new UpdateTimeouts(to.timeouts().tcpSeconds(), to.timeouts().tcpFinSeconds(), to.timeouts().udpSeconds()));
    }
    List<UpdateSysctls.Setting> settings = new ArrayList<>();
    for (Sysctl sysctl : Sysctl.values()) {
      if (!from.sysctls().get(sysctl).equals(to.sysctls().get(sysctl))) {
        settings.add(new UpdateSysctls.Setting(sysctl.text(), to.sysctls().get(sysctl)));
      }
    }
    if (!settings.isEmpty()) {
      operations.add(new UpdateSysctls(settings));
    }
  }

  private static ServiceSpec spec(VirtualService service) {
    Optional<ServiceKey.Endpoint> endpoint = service.key() instanceof ServiceKey.Endpoint key ? Optional.of(key) : Optional.empty();
    Optional<ServiceKey.FirewallMark> mark = service.key() instanceof ServiceKey.FirewallMark key ? Optional.of(key) : Optional.empty();
    Optional<AddressFamily> family = mark.map(ServiceKey.FirewallMark::family);
    return new ServiceSpec(endpoint.map(ServiceKey.Endpoint::protocol), endpoint.map(key -> key.address().toString()).orElse(""),
        endpoint.map(ServiceKey.Endpoint::port).orElse(0), mark.map(ServiceKey.FirewallMark::mark).orElse(0L), family,
        service.scheduler(), service.schedulerFlags().stream().sorted().map(SchedulerFlag::text).toList(),
        service.persistenceTimeoutSeconds(), service.persistenceNetmask(), service.persistencePrefixLength(), service.persistenceEngine(),
        service.onePacket(), service.timeouts().tcpSeconds(), service.timeouts().tcpFinSeconds(), service.timeouts().udpSeconds());
  }

  private static ServerSpec spec(RealServer server, int weight) {
    Optional<ServerSpec.TunnelSpec> tunnel = server.method() == ForwardingMethod.TUN
        ? Optional.of(new ServerSpec.TunnelSpec(server.tunnel().type(), server.tunnel().port(), server.tunnel().checksum())) : Optional.empty();
    return new ServerSpec(server.address().toString(), server.port(), server.method(), weight, server.upperThreshold(),
        server.lowerThreshold(), tunnel);
  }

  private static MarkRuleSpec spec(MarkRule rule) {
    return new MarkRuleSpec(rule.key().mark(), rule.key().destination().toString(), ports(rule.tcpPorts()), ports(rule.udpPorts()),
        ports(rule.sctpPorts()));
  }

  private static List<MarkRuleSpec.Ports> ports(List<PortRange> ranges) {
    return ranges.stream().map(range -> new MarkRuleSpec.Ports(range.first(), range.last())).toList();
  }
}
