// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import io.xlvs.bpf.Method;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A second director, in plain Java: says what the data plane must do with a packet, from DESIGN, the issue and the RFCs.
 * It keeps its own connections and sums every checksum from scratch.
 *
 * <p>Where the data plane is free to choose (a local port, an outer identification, how much an ICMP error quotes), the
 * oracle takes the choice from the packet that it made, checks that it is within bounds, and expects the rest to fit.
 */
final class Oracle {
  private record FragmentKey(InetAddress source, InetAddress destination, long id, int protocol) {}

  private record Ports(int source, int destination, int protocol) {}

  /** What the data plane has chosen for a connection. */
  record Choice(int server, InetAddress localAddress, int localPort) {}

  /** Where choices are looked up by the client's tuple. */
  interface Choices {
    Optional<Choice> of(Connection.Tuple client);
  }

  private final World world;
  private final Hook hook;
  private final Map<Connection.Tuple, Connection> requests = new HashMap<>();
  private final Map<Connection.Tuple, Connection> replies = new HashMap<>();
  private final Map<FragmentKey, Ports> fragments = new HashMap<>();
  private final Map<Integer, Integer> picks = new HashMap<>();
  private Choices choices;
  private int ingress;

  Oracle(World world, Hook hook) {
    this.world = world;
    this.hook = hook;
  }

  /**
   * From now on a new connection is as the data plane's table says, if it is there: packets that it refuses halfway may have
   * made one without showing what was chosen for it.
   */
  void followChoices(Choices newChoices) {
    choices = newChoices;
  }

  /** The connection with these ends is over: the next packet that opens one is scheduled again. */
  void forget(Connection.Tuple request) {
    replies.remove(requests.remove(request).reply());
  }

  /** The connection that requests with these ends belong to, or null. */
  Connection connection(Connection.Tuple request) {
    return requests.get(request);
  }

  /**
   * What must happen to a well-formed frame; remembers the connection that it opens.
   *
   * @param ingressIfindex index of the interface that it comes in on
   * @param seen the frame that the data plane made of it, for its free choices only
   */
  Expectation expect(byte[] frame, int ingressIfindex, byte[] seen) throws MalformedPacketException {
    ingress = ingressIfindex;
    Headers headers = Headers.ofFrame(frame);
    if (headers.isSentOn()) {
      return Expectation.pass(frame, null);
    }
    Ports first = headers.fragmentOffset() > 0 ? fragments.get(fragmentKey(headers)) : null;
    int protocol = first != null ? first.protocol : headers.protocol();
    boolean ownIcmp = protocol == (headers.version() == 4 ? Protocol.ICMP : Protocol.ICMPV6);
    if (ownIcmp) {
      return icmp(frame, headers, seen);
    }
    if (protocol != Protocol.TCP && protocol != Protocol.UDP && protocol != Protocol.SCTP) {
      return Expectation.pass(frame, world.isVip(headers.destination()) ? "unknown_protocol" : null);
    }
    Ports ports = ports(headers);
    if (ports == null) {
      boolean ours = world.isVip(headers.destination()) || world.isLocalAddress(headers.destination());
      return ours ? Expectation.drop("orphan_fragment") : Expectation.pass(frame, null);
    }
    Connection.Tuple tuple =
        new Connection.Tuple(headers.source(), ports.source, headers.destination(), ports.destination, protocol);
    Connection reply = replies.get(tuple);
    if (reply != null) {
      return reply(frame, headers, reply, seen);
    }
    return request(frame, headers, tuple, seen);
  }

  /** A later fragment's ports are those of its first; null: that one has not been seen. */
  private Ports ports(Headers headers) {
    if (headers.fragmentOffset() > 0) {
      return fragments.get(fragmentKey(headers));
    }
    Ports ports = new Ports(headers.sourcePort(), headers.destinationPort(), headers.protocol());
    if (headers.moreFragments() && world.concerns(headers)) {
      fragments.put(fragmentKey(headers), ports);
    }
    return ports;
  }

  /** RFC 791 reassembles by addresses, identification and protocol; RFC 8200, 4.5, without the protocol. */
  private static FragmentKey fragmentKey(Headers headers) {
    int protocol = headers.version() == 4 ? headers.protocol() : 0;
    return new FragmentKey(headers.source(), headers.destination(), headers.fragmentId(), protocol);
  }

  private Expectation request(byte[] frame, Headers headers, Connection.Tuple tuple, byte[] seen)
      throws MalformedPacketException {
    Connection known = requests.get(tuple);
    World.VirtualService service = world.service(tuple.destination(), tuple.destinationPort(), tuple.protocol());
    if (known == null && service == null) {
      return Expectation.pass(frame, null);
    }
    if (known == null && !opens(headers, tuple.protocol())) {
      return Expectation.pass(frame, "no_connection");
    }
    if (known == null && (!isOneHost(headers.source()) || world.isVip(headers.source()))) {
      return Expectation.pass(frame, "bad_source");
    }
    if (known == null && service.ring().isEmpty()) {
      return refuse(frame, headers, headers.destination(), "no_server", seen, Icmp.portUnreachable(headers.version(), null));
    }
    boolean expired = headers.timeToLive() <= 1;
    if (known == null && service.ring().stream().anyMatch(s -> s.method() == Method.FULLNAT)
        && service.localAddresses().isEmpty()) {
      return Expectation.drop("no_local_address");
    }
    if (known == null && choices != null) {
      known = follow(service, tuple);
    }
    World.RealServer server = known == null ? pick(service) : known.server;
    int overhead = server.method() == Method.TUN ? Encapsulation.overhead(server) : 0;
    int mtu = server.hop().mtu() - overhead;
    boolean tooLong = headers.length() > mtu;
    // A packet that is refused makes its connection all the same, but does not show FULLNAT's choice.
    boolean hidden = choices != null || (expired || tooLong) && server.method() == Method.FULLNAT;
    boolean isNew = known == null;
    Connection connection = isNew && !hidden ? connect(service, server, tuple, seen) : known;
    if (expired) {
      return refuse(frame, headers, headers.destination(), "ttl_exceeded", seen,
          Icmp.timeExceeded(headers.version(), null));
    }
    if (!server.hop().resolved()) {
      return Expectation.pass(frame, "no_next_hop");
    }
    if (tooLong) {
      return tooBig(frame, headers, headers.destination(), mtu, seen);
    }
    if (connection == null) {
      throw new AssertionError("forwarded or not, a packet of " + tuple + " leaves a connection behind");
    }
    Method method = connection.server.method();
    if (breaksChecksum(headers, method == Method.FULLNAT
        || method == Method.NAT && connection.serverPort != connection.request.destinationPort())) {
      return Expectation.drop("sctp_fragment");
    }
    Rewrite.Result result = rewrite(connection, headers, seen);
    if ((flags(headers) & (Tcp.ACK | Tcp.SYN)) == Tcp.ACK) {
      connection.acknowledged = true;
    }
    return send(connection, result.packet(), seen)
        .because(result.omitted() == Rewrite.Omitted.NO ? null : "option_omitted")
        .reasonRequired(result.omitted() != Rewrite.Omitted.THOUGH_ALLOWED)
        .counted(connection.server, true, headers.length(), isNew);
  }

  /** A later fragment of TCP or SCTP opens nothing, but it is not asked: its first one has. */
  private static boolean opens(Headers headers, int protocol) {
    if (protocol == Protocol.SCTP) {
      return Sctp.isInit(headers);
    }
    return protocol != Protocol.TCP || (flags(headers) & (Tcp.SYN | Tcp.RST)) == Tcp.SYN;
  }

  /** An SCTP fragment whose port would change: its checksum is that of the whole packet, which is not here. */
  private static boolean breaksChecksum(Headers headers, boolean portChanges) {
    return headers.protocol() == Protocol.SCTP && headers.fragmentOffset() == 0 && headers.moreFragments() && portChanges;
  }

  /** Of the options that share TOA's number, those of other lengths may be removed with it. */
  private Rewrite.Result rewrite(Connection connection, Headers headers, byte[] seen) throws MalformedPacketException {
    boolean longer = hasLongerTcpHeader(headers, seen);
    for (boolean hasOption : new boolean[] {longer, true}) {
      for (boolean anyLength : new boolean[] {false, true}) {
        Rewrite.Result result = Rewrite.request(connection, headers.packet(), hasOption, anyLength);
        if (Mismatch.begins(seen, hook.link(connection.server.hop()).wrap(result.packet()))) {
          return result;
        }
      }
    }
    return Rewrite.request(connection, headers.packet(), longer, true);
  }

  private static int flags(Headers headers) {
    return headers.protocol() == Protocol.TCP && headers.fragmentOffset() == 0 ? headers.tcpFlags() : 0;
  }

  /** Towards the server, inside the tunnel if there is one. */
  private Expectation send(Connection connection, byte[] packet, byte[] seen) throws MalformedPacketException {
    World.Hop hop = connection.server.hop();
    byte[] outer = packet;
    if (connection.server.method() == Method.TUN) {
      outer = Encapsulation.wrap(connection.server, packet, seen, 14 + 4 * hook.link(hop).tags().length);
    }
    return Expectation.forward(hook, ingress, hop, outer);
  }

  /** Scheduling comes before TTL and size are looked at, as in IPVS, so a refused packet takes its turn too. */
  private World.RealServer pick(World.VirtualService service) {
    int turn = picks.merge(service.index(), 1, Integer::sum) - 1;
    return service.ring().get(turn % service.ring().size());
  }

  private Connection follow(World.VirtualService service, Connection.Tuple tuple) {
    Choice choice = choices.of(tuple).orElse(null);
    if (choice == null) {
      return null;
    }
    World.RealServer server = service.ring().stream()
        .filter(candidate -> candidate.index() == choice.server())
        .findFirst()
        .orElseThrow(() -> new AssertionError("server " + choice.server() + " is none of " + tuple));
    boolean full = server.method() == Method.FULLNAT;
    return record(new Connection(service, server, tuple, full ? choice.localAddress() : tuple.source(),
        full ? choice.localPort() : tuple.sourcePort()));
  }

  private Connection connect(
      World.VirtualService service, World.RealServer server, Connection.Tuple tuple, byte[] seen) {
    if (server.method() != Method.FULLNAT) {
      return record(new Connection(service, server, tuple, tuple.source(), tuple.sourcePort()));
    }
    Connection.Tuple chosen = chosenSource(service, tuple.protocol(), seen);
    return record(new Connection(service, server, tuple, chosen.source(), chosen.sourcePort()));
  }

  private Connection record(Connection connection) {
    requests.put(connection.request, connection);
    Method method = connection.server.method();
    if (method == Method.NAT || method == Method.FULLNAT) {
      Connection other = replies.put(connection.reply(), connection);
      if (other != null) {
        throw new AssertionError("local address and port " + connection.reply() + " given to two connections");
      }
    }
    return connection;
  }

  /** FULLNAT's local address and port are the data plane's choice, out of the service's. */
  private Connection.Tuple chosenSource(World.VirtualService service, int protocol, byte[] seen) {
    try {
      Headers out = Headers.ofFrame(seen);
      boolean portAllowed =
          out.sourcePort() >= world.localPortFirst() && out.sourcePort() <= world.localPortLast();
      if (service.localAddresses().contains(out.source()) && portAllowed) {
        return new Connection.Tuple(out.source(), out.sourcePort(), out.destination(), 0, protocol);
      }
    } catch (MalformedPacketException e) {
      throw new AssertionError("FULLNAT made a malformed packet: " + e.getMessage() + ": " + Bytes.hex(seen), e);
    }
    throw new AssertionError(
        "FULLNAT's source is none of " + service.localAddresses() + " and the port range: " + Dissection.of(seen));
  }

  /** The option makes TCP's header longer; at the same place in {@code seen}, since both addresses have one family. */
  private static boolean hasLongerTcpHeader(Headers headers, byte[] seen) throws MalformedPacketException {
    if (headers.protocol() != Protocol.TCP || headers.isFragment()) {
      return false;
    }
    int at = Headers.etherEnd(seen) + headers.transport() - headers.ip() + 12;
    return at < seen.length && Bytes.u8(seen, at) >> 4 << 2 > headers.tcpHeaderLength();
  }

  private Expectation reply(byte[] frame, Headers headers, Connection connection, byte[] seen)
      throws MalformedPacketException {
    InetAddress vip = connection.request.destination();
    World.Hop hop = world.clientHop(connection.request.source());
    if (headers.timeToLive() <= 1) {
      return refuse(frame, headers, vip, "ttl_exceeded", seen, Icmp.timeExceeded(headers.version(), null));
    }
    if (headers.protocol() == Protocol.TCP && headers.fragmentOffset() == 0 && headers.tcpPayloadLength() > 0) {
      connection.serverKnowsClient = true;
    }
    byte[] packet = Rewrite.reply(connection, headers.packet());
    if (packet.length > hop.mtu()) {
      return tooBig(frame, headers, vip, hop.mtu(), seen);
    }
    if (breaksChecksum(headers, connection.server.method() == Method.FULLNAT
        || connection.serverPort != connection.request.destinationPort())) {
      return Expectation.drop("sctp_fragment");
    }
    return Expectation.forward(hook, ingress, hop, packet).counted(connection.server, false, headers.length(), false);
  }

  private Expectation tooBig(byte[] frame, Headers headers, InetAddress vip, int mtu, byte[] seen)
      throws MalformedPacketException {
    if (!headers.dontFragment()) {
      // xlvs_reason.h: not one of the passed ones, since tc cannot fragment either.
      return Expectation.drop("too_big_fragmentable");
    }
    return refuse(frame, headers, vip, "too_big", seen, Icmp.tooBig(headers.version(), mtu, null));
  }

  /** From one host to one host: RFC 1122, 3.2.2. */
  private static boolean isAnswerable(byte[] frame, Headers headers) {
    return (frame[0] & 1) == 0 && isOneHost(headers.source());
  }

  private static boolean isOneHost(InetAddress source) {
    byte[] bytes = source.getAddress();
    boolean v4 = bytes.length == 4;
    return !source.isMulticastAddress() && !source.isLoopbackAddress() && !source.isAnyLocalAddress()
        && !(v4 && (bytes[0] == 0 || Bytes.u32(bytes, 0) == 0xffffffffL));
  }

  /** An ICMP error from the VIP, unless it would be about a later fragment (RFC 1122, 3.2.2). */
  private Expectation refuse(
      byte[] frame, Headers headers, InetAddress vip, String reason, byte[] seen, Icmp error)
      throws MalformedPacketException {
    if (headers.fragmentOffset() > 0 || !isAnswerable(frame, headers)) {
      return Expectation.drop(reason);
    }
    return Expectation.answer(hook, Answers.error(frame, headers, vip, error, seen), reason);
  }

  private Expectation icmp(byte[] frame, Headers headers, byte[] seen) throws MalformedPacketException {
    boolean vip = world.isVip(headers.destination());
    if (headers.isFragment()) {
      return Expectation.pass(frame, null);
    }
    int echo = headers.version() == 4 ? 8 : 128;
    if (headers.icmpType() == echo && vip && !isAnswerable(frame, headers)) {
      return Expectation.pass(frame, null);
    }
    if (headers.icmpType() == echo && vip) {
      return Expectation.answer(hook, Answers.echoReply(frame, headers, seen), "echo_answered");
    }
    if (!Protocol.isIcmpError(headers.protocol(), headers.icmpType())) {
      return Expectation.pass(frame, null);
    }
    boolean ours = vip || world.isLocalAddress(headers.destination());
    Expectation unrelated = Expectation.pass(frame, ours ? "icmp_unrelated" : null);
    Headers quoted;
    try {
      quoted = Headers.ofQuoted(frame, headers.transport() + 8);
    } catch (MalformedPacketException e) {
      return unrelated;
    }
    boolean portsThere = quoted.fragmentOffset() == 0 && quoted.transport() + 8 <= headers.ipEnd();
    if (quoted.version() != headers.version() || !portsThere) {
      return unrelated;
    }
    return related(frame, headers, quoted, seen, unrelated);
  }

  /** A quoted packet went the other way, so its ends are exchanged for the look-up. */
  private Expectation related(byte[] frame, Headers headers, Headers quoted, byte[] seen, Expectation unrelated)
      throws MalformedPacketException {
    Connection.Tuple opposite =
        new Connection.Tuple(
            quoted.destination(), quoted.destinationPort(), quoted.source(), quoted.sourcePort(), quoted.protocol());
    if (toServer(opposite, headers, quoted) == null && toClient(opposite, headers, quoted) == null) {
      return unrelated;
    }
    if (headers.timeToLive() <= 1) {
      // Never an error about an error: RFC 1122, 3.2.2, and RFC 4443, 2.4.
      return Expectation.drop("ttl_exceeded");
    }
    byte[] packet = headers.packet();
    Connection toServer = toServer(opposite, headers, quoted);
    if (toServer != null) {
      return firstThatFits(
          seen,
          send(toServer, Rewrite.errorToServer(toServer, packet, true, false), seen),
          send(toServer, Rewrite.errorToServer(toServer, packet, false, false), seen),
          send(toServer, Rewrite.errorToServer(toServer, packet, true, true), seen),
          send(toServer, Rewrite.errorToServer(toServer, packet, false, true), seen));
    }
    Connection toClient = toClient(opposite, headers, quoted);
    World.Hop hop = world.clientHop(toClient.request.source());
    return firstThatFits(
        seen,
        Expectation.forward(hook, ingress, hop, Rewrite.errorToClient(toClient, packet, true)),
        Expectation.forward(hook, ingress, hop, Rewrite.errorToClient(toClient, packet, false)));
  }

  /** An error is addressed to whoever sent what it quotes; otherwise it is not about this connection. */
  private Connection toServer(Connection.Tuple opposite, Headers headers, Headers quoted) {
    return headers.destination().equals(quoted.source()) ? requests.get(opposite) : null;
  }

  private Connection toClient(Connection.Tuple opposite, Headers headers, Headers quoted) {
    return headers.destination().equals(quoted.source()) ? replies.get(opposite) : null;
  }

  private static Expectation firstThatFits(byte[] seen, Expectation... all) {
    for (Expectation each : all) {
      if (Mismatch.begins(seen, each.packet())) {
        return each;
      }
    }
    return all[0];
  }
}
