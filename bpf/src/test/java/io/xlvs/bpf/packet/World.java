// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import io.xlvs.bpf.Method;
import io.xlvs.bpf.Tunnel;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;

/**
 * The configuration that a test gives both to the maps and to the oracle.
 *
 * @param services every virtual service
 * @param clients hops to the clients, the most specific first; the last one is the default route
 * @param localPortFirst FULLNAT's port range, inclusive
 * @param localPortLast its end, inclusive
 */
record World(List<VirtualService> services, List<ClientRoute> clients, int localPortFirst, int localPortLast) {

  /**
   * Where a frame leaves.
   *
   * @param mtu largest IP packet
   * @param vlan tag control word to add; 0: none
   */
  record Hop(byte[] destinationMac, byte[] sourceMac, int ifindex, int mtu, int vlan, boolean resolved) {

    Ether header() {
      return vlan == 0 ? new Ether(destinationMac, sourceMac) : new Ether(destinationMac, sourceMac, vlan);
    }
  }

  /** The hop for clients whose address starts with {@code prefix}; an empty prefix is the default of its family. */
  record ClientRoute(int version, byte[] prefix, Hop hop) {

    boolean matches(InetAddress client) {
      byte[] address = client.getAddress();
      if ((address.length == 4 ? 4 : 6) != version) {
        return false;
      }
      for (int n = 0; n < prefix.length; n++) {
        if (prefix[n] != address[n]) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * A real server in one service.
   *
   * @param index its slot
   * @param port 0: the packet's own
   * @param tunnel how TUN wraps packets; null for other methods
   * @param tunnelChecksum whether GUE and GRE carry a checksum
   * @param tunnelPort UDP port of GUE
   * @param tunnelSource the director's address in the outer header
   */
  record RealServer(
      int index,
      InetAddress address,
      int port,
      Method method,
      Hop hop,
      Tunnel tunnel,
      boolean tunnelChecksum,
      int tunnelPort,
      InetAddress tunnelSource) {

    static RealServer of(int index, InetAddress address, int port, Method method, Hop hop) {
      return new RealServer(index, address, port, method, hop, null, false, 0, null);
    }
  }

  /**
   * A virtual service that takes the entries of its ring in turn. Several of one index are the endpoints of one firewall-mark service: they
   * have one ring and one turn.
   *
   * @param index its place in the services table
   * @param port 0: any
   * @param ring servers in the order of being picked
   * @param localAddresses sources for FULLNAT
   */
  record VirtualService(
      int index,
      InetAddress vip,
      int port,
      int protocol,
      List<RealServer> ring,
      List<InetAddress> localAddresses) {

    boolean accepts(InetAddress destination, int destinationPort, int packetProtocol) {
      return packetProtocol == protocol && vip.equals(destination) && (port == 0 || port == destinationPort);
    }
  }

  /** The service of this destination: one with the exact port before one with any. */
  VirtualService service(InetAddress destination, int port, int protocol) {
    VirtualService anyPort = null;
    for (VirtualService service : services) {
      if (service.accepts(destination, port, protocol)) {
        if (service.port() == port) {
          return service;
        }
        anyPort = service;
      }
    }
    return anyPort;
  }

  /** Whether it is an endpoint of a firewall-mark service. */
  boolean isMarked(VirtualService service) {
    return services.stream().filter(other -> other.index() == service.index()).count() > 1;
  }

  /** The mark of a firewall-mark service. */
  static int mark(VirtualService service) {
    return 0x80000000 | service.index();
  }

  boolean isVip(InetAddress address) {
    return services.stream().anyMatch(service -> service.vip().equals(address));
  }

  boolean isLocalAddress(InetAddress address) {
    return services.stream().anyMatch(service -> service.localAddresses().contains(address));
  }

  /** Whether a packet's ends are a service's, a NAT server's or a local address. */
  boolean concerns(Headers headers) {
    boolean reply = services.stream()
        .filter(service -> service.protocol() == headers.protocol())
        .flatMap(service -> service.ring().stream())
        .anyMatch(server -> server.method() == Method.NAT && server.address().equals(headers.source())
            && (server.port() == 0 || server.port() == headers.sourcePort()));
    return reply
        || isLocalAddress(headers.destination())
        || service(headers.destination(), headers.destinationPort(), headers.protocol()) != null;
  }

  Hop clientHop(InetAddress client) {
    for (ClientRoute route : clients) {
      if (route.matches(client)) {
        return route.hop();
      }
    }
    throw new IllegalArgumentException("no route to " + client);
  }

  static int version(InetAddress address) {
    return address instanceof Inet4Address ? 4 : 6;
  }
}
