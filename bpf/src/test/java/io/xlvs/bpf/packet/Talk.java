// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import io.xlvs.bpf.Conn;
import io.xlvs.bpf.Method;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** One client and the service of one kind, packet by packet; every packet is checked against the oracle. */
final class Talk {
  static final byte[] DATA = "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  static final long CLIENT_SEQUENCE = 0x10000000L;
  static final long SERVER_SEQUENCE = 0x20000000L;

  private final Bench bench;
  private final Lab lab;
  final Connection.Tuple tuple;

  Talk(Bench bench, Lab lab, InetAddress vip, int port, int protocol, int clientPort) {
    this.bench = bench;
    this.lab = lab;
    InetAddress client = Bytes.address(World.version(vip) == 4 ? "203.0.113.5" : "2001:db8:c::5");
    this.tuple = new Connection.Tuple(client, clientPort, vip, port, protocol);
  }

  static Talk tcp(Bench bench, Lab lab, Worlds.Kind kind, int clientPort) {
    return new Talk(bench, lab, Worlds.vip(kind), Worlds.TCP_PORT, Protocol.TCP, clientPort);
  }

  static Talk udp(Bench bench, Lab lab, Worlds.Kind kind, int clientPort) {
    return new Talk(bench, lab, Worlds.vip(kind), Worlds.UDP_PORT, Protocol.UDP, clientPort);
  }

  static Talk sctp(Bench bench, Lab lab, Worlds.Kind kind, int clientPort) {
    return new Talk(bench, lab, Worlds.vip(kind), Worlds.SCTP_PORT, Protocol.SCTP, clientPort);
  }

  /** The frame that a client sends. */
  byte[] frame(Layer layer) {
    return frame(new Ip(tuple.source(), tuple.destination(), layer).encode());
  }

  static byte[] frame(byte[] ip) {
    return new Ether(Lab.UPLINK_MAC, Lab.GATEWAY_MAC).wrap(ip);
  }

  byte[] clientSends(String what, Layer layer) {
    return bench.check(what, frame(layer), lab.uplink);
  }

  byte[] clientSends(String what, int flags, byte[] payload, byte[]... options) {
    boolean syn = (flags & Tcp.SYN) != 0;
    Tcp tcp = new Tcp(tuple.sourcePort(), tuple.destinationPort(), flags)
        .numbers(syn ? CLIENT_SEQUENCE : CLIENT_SEQUENCE + 1, syn ? 0 : SERVER_SEQUENCE + 1);
    return clientSends(what, tcp.options(options).payload(payload));
  }

  /** The frame that the connection's server sends. */
  byte[] reply(Layer layer) {
    Connection connection = connection();
    World.Hop hop = connection.server.hop();
    Ip ip = new Ip(connection.server.address(), connection.localAddress, layer);
    return new Ether(hop.sourceMac(), hop.destinationMac()).wrap(ip);
  }

  byte[] serverSends(String what, Layer layer) {
    return bench.check(what, reply(layer), connection().server.hop().ifindex());
  }

  byte[] serverSends(String what, int flags, byte[] payload, byte[]... options) {
    boolean syn = (flags & Tcp.SYN) != 0;
    Tcp tcp = new Tcp(connection().serverPort, connection().localPort, flags)
        .numbers(syn ? SERVER_SEQUENCE : SERVER_SEQUENCE + 1, CLIENT_SEQUENCE + 1);
    return serverSends(what, tcp.options(options).payload(payload));
  }

  Udp datagram(byte[] payload) {
    return new Udp(tuple.sourcePort(), tuple.destinationPort(), payload, true);
  }

  Udp answer(byte[] payload) {
    return new Udp(connection().serverPort, connection().localPort, payload, true);
  }

  /** A client's SCTP packet. */
  Sctp chunk(int type, int... value) {
    return new Sctp(tuple.sourcePort(), tuple.destinationPort(), type == Sctp.INIT ? 0 : Sctp.SERVER_TAG).chunk(type, value);
  }

  /** The same with any bytes in its chunk. */
  Sctp chunk(int type, byte[] value) {
    return new Sctp(tuple.sourcePort(), tuple.destinationPort(), Sctp.SERVER_TAG).chunk(type, value);
  }

  Sctp chunkBack(int type, byte[] value) {
    return new Sctp(connection().serverPort, connection().localPort, Sctp.CLIENT_TAG).chunk(type, value);
  }

  /** A server's. */
  Sctp chunkBack(int type, int... value) {
    return new Sctp(connection().serverPort, connection().localPort, Sctp.CLIENT_TAG).chunk(type, value);
  }

  void sctpHandshake() {
    clientSends("INIT", chunk(Sctp.INIT, Sctp.CLIENT_TAG, 65536, 0x00010001, 1));
    if (hasReplies()) {
      serverSends("INIT ACK", chunkBack(Sctp.INIT_ACK, Sctp.SERVER_TAG, 65536, 0x00010001, 1));
    }
    clientSends("COOKIE ECHO", chunk(Sctp.COOKIE_ECHO, 1, 2, 3, 4));
    if (hasReplies()) {
      serverSends("COOKIE ACK", chunkBack(Sctp.COOKIE_ACK));
    }
  }

  boolean hasReplies() {
    Method method = connection().server.method();
    return method == Method.NAT || method == Method.FULLNAT;
  }

  void handshake() {
    clientSends("SYN", Tcp.SYN, new byte[0], Tcp.mss(1400));
    if (hasReplies()) {
      serverSends("SYN-ACK", Tcp.SYN | Tcp.ACK, new byte[0], Tcp.mss(1400));
    }
    clientSends("ACK", Tcp.ACK, new byte[0]);
  }

  Connection connection() {
    return bench.oracle().connection(tuple);
  }

  Optional<Conn> halfOpen() {
    return bench.plane().connection("half_open", tuple);
  }

  Optional<Conn> established() {
    return bench.plane().connection("connections", tuple);
  }
}
