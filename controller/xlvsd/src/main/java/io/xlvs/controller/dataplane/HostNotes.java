// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.controller.net.Route;
import io.xlvs.controller.net.Rtnetlink;
import io.xlvs.controller.service.AddressFamily;
import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.ServiceKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What in the host's network stands against its services, a line each with the remedy. None is an error: a router may send a VIP here
 * that is no address of this host, and a standby has none. rp_filter is not among them: the data plane's packets never meet it.
 */
final class HostNotes {
  private static final int NAMED = 3;

  private final Rtnetlink netlink;

  HostNotes(Rtnetlink netlink) {
    this.netlink = netlink;
  }

  List<String> read(Collection<AppliedService> applied, List<DataPlaneStatus.Interface> attached) {
    List<AppliedService> services = applied.stream().filter(service -> service.present).toList();
    List<String> notes = new ArrayList<>();
    if (!services.isEmpty()) {
      addVips(services, notes);
      for (AddressFamily family : AddressFamily.values()) {
        if (services.stream().anyMatch(service -> service.key.family() == family && translates(service))) {
          addForwarding(family, attached, notes);
        }
      }
    }
    return notes;
  }

  private void addVips(List<AppliedService> services, List<String> notes) {
    Set<IpAddress> vips = services.stream().flatMap(HostNotes::vip).collect(Collectors.toCollection(LinkedHashSet::new));
    Map<IpAddress, Route> routes = netlink.routes(vips); // not the list of addresses: a host may have a whole prefix of its own
    List<IpAddress> foreign = vips.stream().filter(vip -> routes.get(vip).kind() != Route.Kind.LOCAL).toList();
    if (!foreign.isEmpty()) {
      String named = foreign.stream().limit(NAMED).map(IpAddress::toString).collect(Collectors.joining(", "));
      String more = foreign.size() > NAMED ? " and " + (foreign.size() - NAMED) + " more" : "";
      notes.add("VIP " + named + more + (foreign.size() == 1 ? " is no address" : " are no addresses")
          + " of this host: nobody here answers for it unless a router sends it here (ip address add " + foreign.get(0) + "/"
          + foreign.get(0).family().addressBits() + " dev INTERFACE)");
    }
  }

  /** A mark's service has none of its own: its rules may name whole prefixes. */
  private static Stream<IpAddress> vip(AppliedService service) {
    return service.key instanceof ServiceKey.Endpoint endpoint ? Stream.of(endpoint.address()) : Stream.empty();
  }

  private static boolean translates(AppliedService service) {
    return service.service != null && service.service.servers().stream()
        .anyMatch(server -> server.method() == ForwardingMethod.NAT || server.method() == ForwardingMethod.FULLNAT);
  }

  /** The routing table answers for a packet only if its interface forwards: net/core/filter.c, bpf_fib_lookup. */
  private void addForwarding(AddressFamily family, List<DataPlaneStatus.Interface> attached, List<String> notes) {
    Map<Integer, Boolean> forwarding = netlink.forwarding(family);
    List<String> off = attached.stream().filter(one -> !forwarding.getOrDefault(one.index(), true)).map(DataPlaneStatus.Interface::name).toList();
    if (!off.isEmpty()) {
      String key = family == AddressFamily.IPV4 ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding";
      notes.add((family == AddressFamily.IPV4 ? "IPv4" : "IPv6") + " forwarding is off on " + String.join(", ", off)
          + ": replies of NAT and FULLNAT servers that come in there find no route (sysctl -w " + key + "=1)");
    }
  }
}
