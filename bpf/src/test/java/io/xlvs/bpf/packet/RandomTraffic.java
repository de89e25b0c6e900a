// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import io.xlvs.bpf.Method;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Valid packets of many connections in random order and shape: handshakes, data, replies, errors, fragments, echoes, and
 * packets that concern nobody here. Each goes through {@link Bench#check}.
 */
final class RandomTraffic {
  private static final int MOST_FLOWS = 300;

  /** A connection as its two ends see it. */
  private static final class Flow {
    final Worlds.Kind kind;
    final int protocol;
    final InetAddress client;
    final int port;
    long clientNext;
    long serverNext;

    Flow(Worlds.Kind kind, int protocol, InetAddress client, int port) {
      this.kind = kind;
      this.protocol = protocol;
      this.client = client;
      this.port = port;
    }

    int servicePort() {
      return switch (protocol) {
        case Protocol.TCP -> Worlds.TCP_PORT;
        case Protocol.UDP -> Worlds.UDP_PORT;
        default -> Worlds.SCTP_PORT;
      };
    }

    Connection.Tuple tuple() {
      return new Connection.Tuple(client, port, Worlds.vip(kind), servicePort(), protocol);
    }

    boolean hasReplies() {
      return kind.method() == Method.NAT || kind.method() == Method.FULLNAT;
    }
  }

  private final Random random;
  private final RandomShape shape;
  private final Bench bench;
  private final Lab lab;
  private final List<Worlds.Kind> kinds = Worlds.kinds();
  private final List<Flow> flows = new ArrayList<>();
  private int packets;

  RandomTraffic(long seed, Bench bench, Lab lab) {
    this.random = new Random(seed);
    this.shape = new RandomShape(random, bench.hook());
    this.bench = bench;
    this.lab = lab;
  }

  int packets() {
    return packets;
  }

  /** One to a few packets. */
  void step() {
    int action = random.nextInt(100);
    if (flows.size() < 20 || action < 8) {
      open();
      return;
    }
    Flow flow = flows.get(random.nextInt(flows.size()));
    if (action < 45) {
      request(flow);
    } else if (action < 70) {
      reply(flow);
    } else if (action < 78) {
      fragments(flow);
    } else if (action < 88) {
      error(flow);
    } else if (action < 91) {
      echo(flow);
    } else if (action < 94) {
      expire(flow);
    } else if (action < 97) {
      foreign(flow);
    } else {
      close(flow);
    }
  }

  private void open() {
    Worlds.Kind kind = kinds.get(random.nextInt(kinds.size()));
    int protocol = new int[] {Protocol.TCP, Protocol.UDP, Protocol.SCTP}[random.nextInt(3)];
    Flow flow = new Flow(kind, protocol, shape.client(kind.version()), 1024 + random.nextInt(64000));
    if (bench.oracle().connection(flow.tuple()) != null) {
      return;
    }
    if (protocol == Protocol.UDP) {
      fromClient("first datagram", flow, datagram(flow, shape.payload(1000)));
    } else if (protocol == Protocol.SCTP) {
      associate(flow);
    } else {
      handshake(flow);
    }
    if (flows.size() >= MOST_FLOWS) {
      flows.remove(random.nextInt(flows.size()));
    }
    flows.add(flow);
  }

  private void handshake(Flow flow) {
    long sequence = random.nextInt() & 0xffffffffL;
    long answer = random.nextInt() & 0xffffffffL;
    fromClient("SYN", flow, segment(flow, Tcp.SYN, sequence, 0, shape.synOptions(), new byte[0]));
    if (flow.hasReplies()) {
      Connection connection = bench.oracle().connection(flow.tuple());
      Tcp synAck = new Tcp(connection.serverPort, connection.localPort, Tcp.SYN | Tcp.ACK)
          .numbers(answer, sequence + 1).options(shape.synOptions());
      fromServer("SYN-ACK", flow, synAck);
    }
    flow.clientNext = sequence + 1;
    flow.serverNext = answer + 1;
    fromClient("handshake's last ACK", flow,
        segment(flow, Tcp.ACK, flow.clientNext, flow.serverNext, shape.options(), new byte[0]));
  }

  private void associate(Flow flow) {
    int tag = random.nextInt();
    flow.clientNext = random.nextInt();
    flow.serverNext = random.nextInt();
    fromClient("INIT", flow, new Sctp(flow.port, flow.servicePort(), 0).chunk(Sctp.INIT, (int) flow.clientNext, tag, tag, tag));
    if (flow.hasReplies()) {
      fromServer("INIT ACK", flow, chunkBack(flow).chunk(Sctp.INIT_ACK, (int) flow.serverNext, tag, tag, tag));
    }
    fromClient("COOKIE ECHO", flow, chunk(flow).chunk(Sctp.COOKIE_ECHO, shape.payload(300)));
    if (flow.hasReplies()) {
      fromServer("COOKIE ACK", flow, chunkBack(flow).chunk(Sctp.COOKIE_ACK));
    }
  }

  /** With the tags in place of TCP's sequence numbers. */
  private static Sctp chunk(Flow flow) {
    return new Sctp(flow.port, flow.servicePort(), (int) flow.serverNext);
  }

  private Sctp chunkBack(Flow flow) {
    Connection connection = bench.oracle().connection(flow.tuple());
    return new Sctp(connection.serverPort, connection.localPort, (int) flow.clientNext);
  }

  private static Tcp segment(Flow flow, int flags, long sequence, long ack, byte[] options, byte[] payload) {
    return new Tcp(flow.port, flow.servicePort(), flags).numbers(sequence, ack).options(options).payload(payload);
  }

  private Udp datagram(Flow flow, byte[] payload) {
    return new Udp(flow.port, flow.servicePort(), payload, checksummed(flow));
  }

  /** IPv6 forbids UDP without checksum (RFC 8200, 8.1). */
  private boolean checksummed(Flow flow) {
    return flow.kind.version() == 6 || random.nextInt(4) > 0;
  }

  private Layer clientData(Flow flow, byte[] payload) {
    if (flow.protocol == Protocol.SCTP) {
      return chunk(flow).chunk(shape.oneIn(5) ? Sctp.HEARTBEAT : Sctp.DATA, payload);
    }
    return flow.protocol == Protocol.UDP
        ? datagram(flow, payload)
        : segment(flow, Tcp.ACK | Tcp.PSH, flow.clientNext, flow.serverNext, shape.options(), payload);
  }

  private Layer serverData(Flow flow, byte[] payload) {
    if (flow.protocol == Protocol.SCTP) {
      return chunkBack(flow).chunk(shape.oneIn(5) ? Sctp.SACK : Sctp.DATA, payload);
    }
    Connection connection = bench.oracle().connection(flow.tuple());
    return flow.protocol == Protocol.UDP
        ? new Udp(connection.serverPort, connection.localPort, payload, checksummed(flow))
        : new Tcp(connection.serverPort, connection.localPort, Tcp.ACK)
            .numbers(flow.serverNext, flow.clientNext).options(shape.options()).payload(payload);
  }

  private void request(Flow flow) {
    fromClient("request", flow, clientData(flow, shape.payload(random.nextInt(10) == 0 ? 3000 : 1200)));
  }

  private void reply(Flow flow) {
    if (flow.hasReplies()) {
      fromServer("reply", flow, serverData(flow, shape.payload(random.nextInt(10) == 0 ? 2500 : 1200)));
    }
  }

  private void fromClient(String what, Flow flow, Layer layer) {
    send(what, flow, shape.dress(new Ip(flow.client, Worlds.vip(flow.kind), layer)).encode(), false);
  }

  private void fromServer(String what, Flow flow, Layer layer) {
    Connection connection = bench.oracle().connection(flow.tuple());
    Ip ip = new Ip(connection.server.address(), connection.localAddress, layer);
    send(what, flow, shape.dress(ip).encode(), true);
  }

  private void send(String what, Flow flow, byte[] ip, boolean fromServer) {
    packets++;
    String text = "packet " + packets + ", " + flow.kind + ", " + what;
    if (!fromServer) {
      bench.check(text, shape.frame(Lab.UPLINK_MAC, Lab.GATEWAY_MAC, ip), lab.uplink);
      return;
    }
    World.Hop hop = bench.oracle().connection(flow.tuple()).server.hop();
    bench.check(text, shape.frame(hop.sourceMac(), hop.destinationMac(), ip), hop.ifindex());
  }

  private void fragments(Flow flow) {
    boolean fromServer = flow.hasReplies() && random.nextBoolean();
    byte[] payload = new byte[1500 + random.nextInt(1500)];
    random.nextBytes(payload);
    Ip ip;
    if (fromServer) {
      Connection connection = bench.oracle().connection(flow.tuple());
      ip = new Ip(connection.server.address(), connection.localAddress, serverData(flow, payload));
    } else {
      ip = new Ip(flow.client, Worlds.vip(flow.kind), clientData(flow, payload));
    }
    ip.timeToLive(2 + random.nextInt(250)).trafficClass(random.nextInt(256));
    int size = 8 * (8 + random.nextInt(140));
    long id = flow.kind.version() == 4 ? random.nextInt(65536) : random.nextInt() & 0xffffffffL;
    for (byte[] piece : Ip.fragments(ip.encode(), size, id)) {
      send("fragment", flow, piece, fromServer);
    }
  }

  /** Somebody on the way complains about a packet of this flow, to either end. */
  private void error(Flow flow) {
    boolean fromServer = flow.hasReplies() && random.nextBoolean();
    int version = flow.kind.version();
    Connection connection = bench.oracle().connection(flow.tuple());
    byte[] payload = shape.payload(200);
    InetAddress vip = Worlds.vip(flow.kind);
    Ip about;
    if (fromServer) {
      Layer layer = about(flow, connection.localPort, connection.serverPort, payload);
      about = new Ip(connection.localAddress, connection.server.address(), layer);
    } else {
      Layer layer = about(flow, flow.servicePort(), flow.port, payload);
      about = new Ip(vip, flow.client, layer);
    }
    byte[] quoted = shape.cutQuote(shape.dress(about).timeToLive(1 + random.nextInt(60)).encode());
    Icmp error = shape.error(version, quoted);
    InetAddress router = shape.client(version);
    InetAddress to = fromServer ? connection.localAddress : vip;
    send("ICMP error", flow, shape.dress(new Ip(router, to, error)).encode(), fromServer);
  }

  private Layer about(Flow flow, int sourcePort, int destinationPort, byte[] payload) {
    return switch (flow.protocol) {
      case Protocol.UDP -> new Udp(sourcePort, destinationPort, payload, checksummed(flow));
      case Protocol.TCP -> new Tcp(sourcePort, destinationPort, Tcp.ACK).payload(payload);
      default -> new Sctp(sourcePort, destinationPort, 1).chunk(Sctp.DATA, payload);
    };
  }

  private void echo(Flow flow) {
    int version = flow.kind.version();
    Icmp echo = Icmp.echoRequest(version, random.nextInt(65536), random.nextInt(65536), shape.payload(900));
    byte[] ip = new Ip(flow.client, Worlds.vip(flow.kind), echo).timeToLive(1 + random.nextInt(255)).encode();
    send("echo", flow, ip, false);
  }

  private void expire(Flow flow) {
    Ip ip = new Ip(flow.client, Worlds.vip(flow.kind), clientData(flow, shape.payload(900)));
    send("TTL used up", flow, ip.timeToLive(1).encode(), false);
  }

  /** Not for any service, or in no connection: must leave as it came. */
  private void foreign(Flow flow) {
    int version = flow.kind.version();
    boolean toVip = random.nextBoolean();
    InetAddress to = toVip ? Worlds.vip(flow.kind) : shape.client(version);
    int port = toVip ? 20_000 + random.nextInt(1000) : 1 + random.nextInt(65535);
    Layer layer = switch (random.nextInt(4)) {
      case 0 -> new Tcp(port, port, random.nextInt(64)).payload(shape.payload(100));
      case 1 -> new Udp(port, port, shape.payload(100), true);
      case 2 -> Layer.raw(Protocol.DCCP, shape.payload(100));
      default -> new Tcp(1 + random.nextInt(1000), Worlds.TCP_PORT, Tcp.ACK).payload(shape.payload(100));
    };
    send("foreign", flow, shape.dress(new Ip(shape.client(version), to, layer)).encode(), false);
  }

  /** The last packet of a flow: what follows depends on states, which other tests watch. */
  private void close(Flow flow) {
    if (flow.protocol == Protocol.TCP) {
      int flags = random.nextBoolean() ? Tcp.FIN | Tcp.ACK : Tcp.RST | Tcp.ACK;
      fromClient("last segment", flow,
          segment(flow, flags, flow.clientNext, flow.serverNext, shape.options(), new byte[0]));
    } else if (flow.protocol == Protocol.SCTP) {
      fromClient("last packet", flow, chunk(flow).chunk(random.nextBoolean() ? Sctp.ABORT : Sctp.SHUTDOWN));
    }
    flows.remove(flow);
  }
}
