// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import io.xlvs.bpf.Method;
import java.net.InetAddress;
import java.util.Optional;

/**
 * What becomes of an ICMP error about one of the director's tunnel packets: an error about the packet inside, from the VIP to the
 * client (RFC 2003, 4; RFC 2473, 8). Written from the RFCs alone.
 */
final class TunnelErrors {
  /** RFC 1812, 4.3.2.3: 576 bytes in all. */
  private static final int LONGEST_QUOTE4 = 576 - 20 - 8;
  /** RFC 4443, 2.4, allows 1280 in all; the data plane has room for 640. */
  private static final int LONGEST_QUOTE6 = 640 - 40 - 8;

  private static final int GRE_CHECKSUM = 0x8000;
  private static final int GUE_SHIM = 8 + 4;
  private static final int INTERNETWORK_CONTROL = 0xc0;

  private final World world;
  private final Oracle oracle;
  private final Hook hook;

  TunnelErrors(World world, Oracle oracle, Hook hook) {
    this.world = world;
    this.oracle = oracle;
    this.hook = hook;
  }

  /** The frame that the client gets; empty: the error is passed on as it came. */
  Optional<byte[]> expect(byte[] frame) {
    try {
      Headers error = Headers.ofFrame(frame);
      boolean about = !error.isFragment() && !error.isSentOn() && isError(error) && error.transportSum() == 0xffff;
      return about ? expect(frame, error) : Optional.empty();
    } catch (MalformedPacketException e) {
      return Optional.empty();
    }
  }

  /** Destination unreachable, (packet too big,) time exceeded, parameter problem. */
  private static boolean isError(Headers error) {
    if (error.version() == 4) {
      return error.protocol() == Protocol.ICMP
          && (error.icmpType() == 3 || error.icmpType() == 11 || error.icmpType() == 12);
    }
    return error.protocol() == Protocol.ICMPV6 && error.icmpType() >= 1 && error.icmpType() <= 4;
  }

  private Optional<byte[]> expect(byte[] frame, Headers error) throws MalformedPacketException {
    Headers outer = Headers.ofQuoted(frame, error.transport() + 8);
    boolean told = outer.version() == error.version() && outer.fragmentOffset() == 0
        && outer.transport() + 8 <= error.ipEnd() && outer.source().equals(error.destination());
    int shim = told ? shim(frame, outer) : -1;
    if (shim < 0) {
      return Optional.empty();
    }
    int at = outer.transport() + shim;
    Headers inner = Headers.ofQuoted(frame, at);
    boolean ported = inner.protocol() == Protocol.TCP || inner.protocol() == Protocol.UDP;
    if (!ported || inner.fragmentOffset() > 0 || inner.transport() + 8 > error.ipEnd()) {
      return Optional.empty();
    }
    Connection.Tuple client = new Connection.Tuple(
        inner.source(), inner.sourcePort(), inner.destination(), inner.destinationPort(), inner.protocol());
    Connection connection = oracle.connection(client);
    if (connection == null || !isTunnelOf(connection.server, outer)) {
      return Optional.empty();
    }
    byte[] quote = Bytes.slice(frame, at, error.ipEnd());
    return Optional.of(answer(client, message(frame, error, inner, at - outer.ip(), quote)));
  }

  private static boolean isTunnelOf(World.RealServer server, Headers outer) {
    return server.method() == Method.TUN && server.address().equals(outer.destination())
        && server.tunnelSource().equals(outer.source());
  }

  /** Bytes between the outer IP header and the packet inside; -1: no tunnel. */
  private static int shim(byte[] frame, Headers outer) {
    return switch (outer.protocol()) {
      case Protocol.IPIP, Protocol.IPV6 -> 0;
      case Protocol.UDP -> GUE_SHIM;
      case Protocol.GRE -> (Bytes.u16(frame, outer.transport()) & GRE_CHECKSUM) != 0 ? 8 : 4;
      default -> -1;
    };
  }

  /** Only "too big" means something to the client as it is; all else is trouble in the tunnel: its host cannot be reached. */
  private static Icmp message(byte[] frame, Headers error, Headers inner, int overhead, byte[] quote) {
    byte[] cut = Bytes.slice(quote, 0, Math.min(quote.length, inner.version() == 4 ? LONGEST_QUOTE4 : LONGEST_QUOTE6));
    boolean v4 = error.version() == 4;
    boolean tooBig = v4
        ? error.icmpType() == 3 && Bytes.u8(frame, error.transport() + 1) == 4
        : error.icmpType() == 2;
    if (!tooBig) {
      return inner.version() == 4 ? new Icmp(4, 3, 1, 0, cut) : new Icmp(6, 1, 3, 0, cut);
    }
    long mtu = v4 ? Bytes.u16(frame, error.transport() + 6) : Bytes.u32(frame, error.transport() + 4);
    long left = Math.max(0, mtu - overhead);
    return inner.version() == 4
        ? Icmp.tooBig(4, (int) Math.min(left, 0xffff), cut)
        : new Icmp(6, 2, 0, left, cut);
  }

  private byte[] answer(Connection.Tuple client, Icmp message) {
    InetAddress vip = client.destination();
    Ip ip = new Ip(vip, client.source(), message).identification(0, false);
    ip.trafficClass(World.version(vip) == 4 ? INTERNETWORK_CONTROL : 0);
    return hook.link(world.clientHop(client.source())).wrap(ip.encode());
  }
}
