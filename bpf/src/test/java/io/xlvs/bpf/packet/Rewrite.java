// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import io.xlvs.bpf.Method;
import java.net.InetAddress;

/** The four forwarding methods on IP packets, written from DESIGN and the RFCs and from nothing else. */
final class Rewrite {
  private static final int TOA4 = 8;
  private static final int TOA6 = 20;

  /** Whether the TOA option did not fit a segment. */
  enum Omitted {
    NO,
    /** The segment had to carry it. */
    THOUGH_DUE,
    /** The segment could carry it, but need not: a bare ACK, for example. */
    THOUGH_ALLOWED
  }

  /** A packet after its rewrite. */
  record Result(byte[] packet, Omitted omitted) {}

  private Rewrite() {}

  /**
   * A request on its way to the server, before TUN's encapsulation is put around it.
   *
   * @param seenHasOption whether the data plane put a TOA option into this packet; heeded where both are right
   * @param anyLength whether it removes TOA options of impossible lengths too
   */
  static Result request(Connection connection, byte[] packet, boolean seenHasOption, boolean anyLength)
      throws MalformedPacketException {
    Edit edit = new Edit(packet).decrementTimeToLive();
    Method method = connection.server.method();
    Omitted omitted = Omitted.NO;
    if (method == Method.NAT || method == Method.FULLNAT) {
      edit.destination(connection.server.address()).destinationPort(connection.serverPort);
    }
    if (method == Method.FULLNAT) {
      edit.source(connection.localAddress).sourcePort(connection.localPort);
      omitted = carryClient(connection, edit, seenHasOption, anyLength);
    }
    return new Result(edit.finish(), omitted);
  }

  /** A reply of NAT or FULLNAT on its way to the client. */
  static byte[] reply(Connection connection, byte[] packet) throws MalformedPacketException {
    Edit edit = new Edit(packet).decrementTimeToLive();
    edit.source(connection.request.destination()).sourcePort(connection.request.destinationPort());
    if (connection.server.method() == Method.FULLNAT) {
      edit.destination(connection.request.source()).destinationPort(connection.request.sourcePort());
      if (isSyn(edit.headers())) {
        lowerMss(connection, edit);
      }
    }
    return edit.finish();
  }

  /** FULLNAT's TCP options; says whether TOA did not fit. */
  private static Omitted carryClient(
      Connection connection, Edit edit, boolean seenHasOption, boolean anyLength)
      throws MalformedPacketException {
    Headers headers = edit.headers();
    if (headers.protocol() != Protocol.TCP || headers.fragmentOffset() > 0) {
      return Omitted.NO;
    }
    edit.removeToa(anyLength);
    if (headers.moreFragments()) {
      return Omitted.NO;
    }
    if (isSyn(headers)) {
      lowerMss(connection, edit);
      return Omitted.NO;
    }
    boolean due = isToaDue(connection, headers);
    if (!isToaAllowed(connection, headers)) {
      return Omitted.NO;
    }
    byte[] option = Tcp.toa(connection.request.source(), connection.request.sourcePort());
    boolean fits =
        headers.tcpHeaderLength() + option.length <= 60
            && headers.length() + option.length <= connection.server.hop().mtu();
    if (!fits && (due || seenHasOption) && edit.replaceRemovedToa(option)) {
      return Omitted.NO;
    }
    if (!fits) {
      return due ? Omitted.THOUGH_DUE : Omitted.THOUGH_ALLOWED;
    }
    if (due || seenHasOption) {
      edit.insertOption(option);
    }
    return Omitted.NO;
  }

  /** The handshake's last ACK, and data until the server has answered data. */
  private static boolean isToaDue(Connection connection, Headers headers) {
    boolean carries = !connection.acknowledged || headers.tcpPayloadLength() > 0;
    return isToaAllowed(connection, headers) && (headers.tcpFlags() & Tcp.RST) == 0 && carries;
  }

  private static boolean isToaAllowed(Connection connection, Headers headers) {
    return !connection.serverKnowsClient && (headers.tcpFlags() & Tcp.ACK) != 0;
  }

  /** So that a segment of the announced size still fits with the option: the route towards the server is the limit. */
  private static void lowerMss(Connection connection, Edit edit) {
    boolean v4 = edit.headers().version() == 4;
    int ceiling = connection.server.hop().mtu() - (v4 ? 40 : 60);
    edit.lowerMss(ceiling, v4 ? TOA4 : TOA6);
  }

  static boolean isSyn(Headers headers) {
    return headers.protocol() == Protocol.TCP
        && headers.fragmentOffset() == 0
        && (headers.tcpFlags() & Tcp.SYN) != 0;
  }

  /**
   * An ICMP error from the client's side, about a packet that carried the service's address.
   *
   * @param innerChecksum whether the quoted packet's transport checksum is updated too; RFC 5508 does not ask for it,
   *     since nobody can verify it in a cut packet
   * @param keepSource whether FULLNAT leaves the router's address as source
   */
  static byte[] errorToServer(Connection connection, byte[] packet, boolean innerChecksum, boolean keepSource)
      throws MalformedPacketException {
    Edit edit = new Edit(packet).decrementTimeToLive();
    Method method = connection.server.method();
    if (method == Method.DR || method == Method.TUN) {
      return edit.finish();
    }
    edit.destination(connection.server.address());
    if (method == Method.FULLNAT && !keepSource) {
      edit.source(connection.localAddress);
    }
    Connection.Tuple inner = connection.reply();
    edit.icmpBody(quoted(edit.headers(), inner, innerChecksum));
    return edit.finish();
  }

  /** An ICMP error from the server's side, about a packet that we forwarded. */
  static byte[] errorToClient(Connection connection, byte[] packet, boolean innerChecksum)
      throws MalformedPacketException {
    Edit edit = new Edit(packet).decrementTimeToLive();
    edit.source(connection.request.destination());
    edit.destination(connection.request.source());
    edit.icmpBody(quoted(edit.headers(), connection.request, innerChecksum));
    return edit.finish();
  }

  /** The quoted packet with these ends. */
  private static byte[] quoted(Headers outer, Connection.Tuple tuple, boolean transportChecksum)
      throws MalformedPacketException {
    byte[] body = Bytes.slice(outer.bytes(), outer.transport() + 8, outer.ipEnd());
    Headers inner = Headers.ofQuoted(body, 0);
    int headerSum = inner.version() == 4 ? inner.headerSum() : 0;
    long before = coveredSum(inner);
    put(body, inner, tuple.source(), 12, 8);
    put(body, inner, tuple.destination(), 16, 24);
    Bytes.put16(body, inner.transport(), tuple.sourcePort());
    Bytes.put16(body, inner.transport() + 2, tuple.destinationPort());
    if (inner.version() == 4) {
      Bytes.put16(body, 10, 0);
      Bytes.put16(body, 10, shifted(headerSum, inner.headerSum()));
    }
    int field = inner.transportChecksum();
    if (transportChecksum && field >= 0 && field + 2 <= body.length) {
      updateCutChecksum(body, inner, field, before);
    }
    return body;
  }

  private static void put(byte[] body, Headers inner, InetAddress address, int offset4, int offset6) {
    Bytes.put(body, inner.version() == 4 ? offset4 : offset6, address.getAddress());
  }

  /** Sum of what changes in a quoted packet: addresses and ports. */
  private static long coveredSum(Headers inner) {
    return Checksum.pseudoHeader(inner.source().getAddress(), inner.destination().getAddress(), 0, 0)
        + inner.sourcePort()
        + inner.destinationPort();
  }

  private static void updateCutChecksum(byte[] body, Headers inner, int field, long before) {
    int old = Bytes.u16(body, field);
    boolean udp = inner.protocol() == Protocol.UDP;
    if (udp && old == 0) {
      return;
    }
    // RFC 1624, equation 3: the rest of the packet is not here to be summed.
    long sum = (~old & 0xffff) + (~Checksum.fold(before) & 0xffff) + Checksum.fold(coveredSum(inner));
    Bytes.put16(body, field, udp ? Checksum.udp(sum) : Checksum.complement(sum));
  }

  private static int shifted(int wanted, int sumWithoutField) {
    int value = Checksum.fold((long) wanted + Checksum.complement(sumWithoutField));
    return value == 0xffff ? 0 : value;
  }
}
