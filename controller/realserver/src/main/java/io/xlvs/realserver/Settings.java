// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * What a real server should be, as asked for; valid in itself, not yet compared with the host.
 *
 * @param method forwarding method
 * @param vips virtual addresses; empty for FULLNAT
 * @param directors who may tunnel (TUN), or tell client addresses (FULLNAT: the local addresses); empty for DR
 * @param device the interface towards the director; empty for FULLNAT
 * @param replyDevices interfaces on which the MSS is lowered too (TUN); empty: those of the default routes
 * @param tunnels encapsulations accepted (TUN)
 * @param tunPort UDP port of GUE
 * @param mss bound of the MSS announced (TUN), bytes; 0: from the interface's MTU
 * @param cgroup directory of cgroup2 whose sockets learn clients (FULLNAT); null for the others
 */
record Settings(
    Method method,
    List<InetAddress> vips,
    List<Prefix> directors,
    String device,
    List<String> replyDevices,
    Set<Tunnel> tunnels,
    int tunPort,
    int mss,
    Path cgroup) {
  private static final int IPV4_HEADER = 20;
  private static final int IPV6_HEADER = 40;
  private static final int TCP_HEADER = 20;

  Settings {
    vips = List.copyOf(vips);
    directors = List.copyOf(directors);
    replyDevices = List.copyOf(replyDevices);
    tunnels = Set.copyOf(tunnels);
  }

  boolean hasIpv4Vip() {
    return vips.stream().anyMatch(vip -> !(vip instanceof Inet6Address));
  }

  boolean hasIpv6Vip() {
    return vips.stream().anyMatch(Inet6Address.class::isInstance);
  }

  /** Bytes that the tunnel puts in front of a packet, at most. */
  int tunnelOverheadBytes() {
    int outer = directors.stream().allMatch(Prefix::isIpv4) ? IPV4_HEADER : IPV6_HEADER;
    return outer + tunnels.stream().mapToInt(Tunnel::overheadBytes).max().orElse(0);
  }

  /** The largest MSS whose segments fit through the tunnel. */
  int mssBytes(boolean ipv6, int mtu) {
    return mss != 0 ? mss : mtu - tunnelOverheadBytes() - (ipv6 ? IPV6_HEADER : IPV4_HEADER) - TCP_HEADER;
  }
}
