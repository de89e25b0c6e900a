// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Endpoint;
import io.xlvs.bpf.EndpointKind;
import io.xlvs.bpf.Region;
import io.xlvs.controller.schedule.Ring;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.RealServerKey;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.VirtualService;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A service as the maps hold it. It stays, without being present, while slots of its servers linger. */
final class AppliedService {
  final int index;
  final ServiceKey key;

  /** Servers it has and had, by identity. */
  final Map<RealServerKey, ServerSlot> slots = new LinkedHashMap<>();

  /** What was applied last; null when the maps were taken over from an earlier process, or a write failed. */
  VirtualService service;

  /** Changes when it is another service or picks by another rule: what the kernel has kept for its destinations is void then. */
  int generation;

  boolean present;
  /** NAT and FULLNAT send to the packet's port, whatever the servers' is: ip_vs_sched_persist() where the service's port is not the packet's. */
  boolean toPacketsPort;
  Region ring = Region.NONE;
  /** What {@code service}'s scheduler computed, where it needs that for the next ring; else null. */
  Ring computed;
  /** What its ring is made of if it is ring first, else null. */
  RingPlaces places;
  Region locals = Region.NONE;
  List<IpAddress> localAddresses = List.of();

  /** Whether its port is FTP's. */
  private final boolean ftp;

  AppliedService(int index, int generation, ServiceKey key, boolean ftp) {
    this.index = index;
    this.generation = generation;
    this.key = key;
    this.ftp = ftp;
  }

  /** Whether its requests may have any port, and its servers' replies too. */
  boolean takesAnyPort() {
    return !(key instanceof ServiceKey.Endpoint endpoint) || endpoint.port() == 0;
  }

  /** Whether packets to and from other ports than its own may be its: those of FTP's data, too. */
  boolean takesOtherPorts() {
    return ftp || takesAnyPort();
  }

  /** What its requests are recognised by, its key being this. */
  Endpoint requests(ServiceKey.Endpoint key) {
    return new Endpoint(
        Convert.wire(key.address()),
        key.port(),
        key.protocol().number(),
        EndpointKind.SERVICE,
        Convert.family(key.family()),
        index);
  }

  /** What packets that netfilter has marked are recognised by, where tc sees them; its key being this. */
  Endpoint marked(ServiceKey.FirewallMark key) {
    return new Endpoint(Convert.vip(key), 0, 0, EndpointKind.MARK, Convert.family(key.family()), index);
  }

  /** Its VIP, shared with other services of the same address. */
  static Endpoint vip(ServiceKey.Endpoint key) {
    return new Endpoint(Convert.wire(key.address()), 0, 0, EndpointKind.VIP, Convert.family(key.family()), 0);
  }

  /**
   * What replies of a NAT server are recognised by: a mark's service is of every protocol, and where requests may have any port, replies
   * may, even if the server has a port: an edit may change which of the two counts. FTP's data come from any port, too.
   */
  List<Endpoint> replies(RealServerKey server) {
    if (key instanceof ServiceKey.Endpoint endpoint) {
      int port = server.port() != 0 && endpoint.port() != 0 ? server.port() : endpoint.port();
      Endpoint own = reply(server.address(), port, endpoint.protocol());
      return ftp ? List.of(own, reply(server.address(), 0, endpoint.protocol())) : List.of(own);
    }
    return Arrays.stream(Protocol.values()).map(protocol -> reply(server.address(), 0, protocol)).toList();
  }

  private static Endpoint reply(IpAddress address, int port, Protocol protocol) {
    return new Endpoint(Convert.wire(address), port, protocol.number(), EndpointKind.SERVER, Convert.family(address.family()), 0);
  }

  /** What FULLNAT replies to a local address are recognised by. */
  static Endpoint local(IpAddress address) {
    return new Endpoint(Convert.wire(address), 0, 0, EndpointKind.LOCAL, Convert.family(address.family()), 0);
  }
}
