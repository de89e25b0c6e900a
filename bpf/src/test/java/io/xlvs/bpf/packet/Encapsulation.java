// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import io.xlvs.bpf.Tunnel;

/** TUN's outer headers: IP in IP, GRE and GUE, over IPv4 and IPv6. */
final class Encapsulation {
  /** Ports that RFC 6335 leaves to whoever needs one; GUE puts the flow's hash there. */
  private static final int DYNAMIC_PORTS = 49152;

  private Encapsulation() {}

  /** Bytes that a server's tunnel puts before a packet. */
  static int overhead(World.RealServer server) {
    int outer = World.version(server.address()) == 4 ? 20 : 40;
    return outer + switch (server.tunnel()) {
      case IPIP -> 0;
      case GUE -> 8 + 4;
      case GRE -> server.tunnelChecksum() ? 8 : 4;
    };
  }

  /**
   * The packet inside the server's tunnel.
   *
   * @param inner the packet, its TTL already decremented
   * @param seen what the data plane made of it, for the fields that it is free to choose; null: none are
   * @param outerStart where in {@code seen} the outer IP header begins
   */
  static byte[] wrap(World.RealServer server, byte[] inner, byte[] seen, int outerStart)
      throws MalformedPacketException {
    Headers headers = Headers.ofIp(inner);
    boolean outer4 = World.version(server.address()) == 4;
    int shim = outerStart + (outer4 ? 20 : 40);
    boolean checksum = server.tunnelChecksum() && !(isHardToSum(headers) && omits(server.tunnel(), seen, shim));
    Ip outer =
        new Ip(server.tunnelSource(), server.address(), payload(server, headers, inner, checksum, sourcePort(seen, shim)))
            .trafficClass(headers.trafficClass())
            .timeToLive(headers.timeToLive());
    if (outer4) {
      chooseFragmentation(outer, headers, seen, outerStart);
    }
    byte[] packet = outer.encode();
    if (checksum && server.tunnel() != Tunnel.IPIP) {
      keepDamage(server.tunnel(), headers, packet, outer4 ? 20 : 40, seen, outerStart);
    }
    return packet;
  }

  /**
   * Without a right checksum of its own, without fixed places or without its transport header, a packet can only be summed
   * byte by byte; the outer checksum, which both encapsulations leave to the sender, may then be left out.
   */
  private static boolean isHardToSum(Headers inner) {
    if (inner.isFragment()) {
      return true;
    }
    boolean plain = inner.transport() - inner.ip() == (inner.version() == 4 ? 20 : 40);
    boolean summed = inner.protocol() == Protocol.TCP
        || inner.protocol() == Protocol.UDP && Bytes.u16(inner.bytes(), inner.transportChecksum()) != 0
            && inner.transport() + Bytes.u16(inner.bytes(), inner.transport() + 4) == inner.ipEnd();
    return !plain || !summed;
  }

  private static boolean omits(Tunnel tunnel, byte[] seen, int shim) {
    if (seen == null || shim + 8 > seen.length) {
      return false;
    }
    return tunnel == Tunnel.GRE ? Bytes.u16(seen, shim) == 0 : Bytes.u16(seen, shim + 6) == 0;
  }

  private static int sourcePort(byte[] seen, int shim) {
    int port = seen != null && shim + 2 <= seen.length ? Bytes.u16(seen, shim) : DYNAMIC_PORTS;
    return Math.max(port, DYNAMIC_PORTS);
  }

  /**
   * A packet whose own checksum is wrong may be found out by the outer one as well: then it is wrong by the same amount,
   * since it was derived from the inner one.
   */
  private static void keepDamage(
      Tunnel tunnel, Headers inner, byte[] packet, int shim, byte[] seen, int outerStart) {
    int field = shim + (tunnel == Tunnel.GRE ? 4 : 6);
    if (seen == null || outerStart + field + 2 > seen.length || isHardToSum(inner)) {
      return;
    }
    int derived = Checksum.fold((long) Bytes.u16(packet, field) + inner.transportSum());
    if (inner.transportSum() != 0xffff && derived % 0xffff == Bytes.u16(seen, outerStart + field) % 0xffff) {
      Bytes.put16(packet, field, Bytes.u16(seen, outerStart + field));
    }
  }

  /**
   * DF is the inner packet's; around IPv6, which routers do not cut either, it may be set or not (RFC 4213, 3.2). The
   * identification matters only to packets that may be cut (RFC 6864).
   */
  private static void chooseFragmentation(Ip outer, Headers inner, byte[] seen, int outerStart) {
    boolean readable = seen != null && outerStart + 20 <= seen.length;
    boolean dontFragment = inner.dontFragment();
    if (inner.version() == 6 && readable) {
      dontFragment = (Bytes.u16(seen, outerStart + 6) & 0x4000) != 0;
    }
    int identification = dontFragment || !readable ? 0 : Bytes.u16(seen, outerStart + 4);
    outer.identification(identification, dontFragment);
  }

  private static Layer payload(
      World.RealServer server, Headers headers, byte[] inner, boolean checksum, int sourcePort) {
    int innerProtocol = headers.version() == 4 ? Protocol.IPIP : Protocol.IPV6;
    return switch (server.tunnel()) {
      case IPIP -> Layer.raw(innerProtocol, inner);
      case GRE -> Tunnels.gre(headers.version(), inner, checksum);
      case GUE -> Tunnels.gue(sourcePort, server.tunnelPort(), innerProtocol, inner, checksum);
    };
  }
}
