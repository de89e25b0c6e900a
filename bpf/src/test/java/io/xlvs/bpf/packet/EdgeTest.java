// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Method;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What random traffic does not meet: jumbo frames, empty services, missing neighbours, full port pools, odd chains. */
class EdgeTest {
  private static final byte[] NOTHING = new byte[0];
  private static final InetAddress VIP = Bytes.address("198.51.100.200");
  private static final InetAddress VIP6 = Bytes.address("2001:db8:100::200");
  private static final InetAddress RIP = Bytes.address("10.0.2.1");
  private static final InetAddress RIP6 = Bytes.address("fd00::2:1");
  private static final byte[] SERVER_MAC = Bytes.unhex("020000000201");

  private Lab lab;

  @BeforeEach
  void enter() {
    lab = new Lab();
  }

  @AfterEach
  void leave() {
    lab.close();
  }

  private World.Hop hop(int mtu, boolean resolved) {
    return new World.Hop(SERVER_MAC, Lab.INSIDE_MAC, lab.inside, mtu, 0, resolved);
  }

  private World.RealServer server(InetAddress address, int port, Method method, World.Hop hop) {
    return World.RealServer.of(0, address, port, method, hop);
  }

  private World world(
      InetAddress vip, int port, int protocol, List<World.RealServer> ring, List<InetAddress> locals, int lastPort) {
    World.VirtualService service = new World.VirtualService(0, vip, port, protocol, ring, locals);
    return new World(List.of(service), lab.clientRoutes(), Worlds.PORT_FIRST, lastPort);
  }

  private World world(InetAddress vip, int port, int protocol, World.RealServer server) {
    return world(vip, port, protocol, List.of(server), List.of(), Worlds.PORT_LAST);
  }

  @Test
  void shouldForwardJumboFramesByEveryMethod() {
    try (Bench bench = new Bench(Worlds.everything(lab, Lab.JUMBO_MTU), lab)) {
      byte[] big = new byte[8800];
      new Random(1).nextBytes(big);
      for (Worlds.Kind kind : Worlds.kinds()) {
        Talk tcp = Talk.tcp(bench, lab, kind, 5000);
        tcp.handshake();
        tcp.clientSends(kind + " jumbo segment", Tcp.ACK, big);
        Talk udp = Talk.udp(bench, lab, kind, 5000);
        udp.clientSends(kind + " jumbo datagram", udp.datagram(big));
        if (tcp.hasReplies()) {
          tcp.serverSends(kind + " jumbo answer", Tcp.ACK, big);
          udp.serverSends(kind + " jumbo answer", udp.answer(big));
        }
      }
    }
  }

  @Test
  void shouldTellAClientWhenAServiceHasNoServer() {
    for (InetAddress vip : List.of(VIP, VIP6)) {
      for (int protocol : new int[] {Protocol.TCP, Protocol.UDP}) {
        try (Bench bench = new Bench(world(vip, 80, protocol, List.of(), List.of(), Worlds.PORT_LAST), lab)) {
          Talk talk = new Talk(bench, lab, vip, 80, protocol, 5100);
          if (protocol == Protocol.TCP) {
            talk.clientSends("SYN to nobody", Tcp.SYN, NOTHING);
          } else {
            talk.clientSends("datagram to nobody", talk.datagram(Talk.DATA));
          }
        }
      }
    }
  }

  @Test
  void shouldPassOnTheOriginalWhileTheNeighbourIsUnknown() {
    for (Method method : List.of(Method.NAT, Method.DR)) {
      World world = world(VIP, 53, Protocol.UDP, server(RIP, 53, method, hop(1500, false)));
      try (Bench bench = new Bench(world, lab)) {
        Talk talk = new Talk(bench, lab, VIP, 53, Protocol.UDP, 5200);
        talk.clientSends("first", talk.datagram(Talk.DATA));
        talk.clientSends("second", talk.datagram(Talk.DATA));
        talk.clientSends("third", talk.datagram(Talk.DATA));
      }
    }
  }

  @Test
  void shouldRefuseFullnatWithoutALocalAddress() {
    for (InetAddress vip : List.of(VIP, VIP6)) {
      World.RealServer server = server(vip == VIP ? RIP : RIP6, 8080, Method.FULLNAT, hop(1500, true));
      try (Bench bench = new Bench(world(vip, 80, Protocol.TCP, server), lab)) {
        new Talk(bench, lab, vip, 80, Protocol.TCP, 5300).clientSends("SYN", Tcp.SYN, NOTHING);
      }
    }
  }

  @Test
  void shouldGiveEveryPortOfTheRangeOnceAndThenRefuseByName() {
    World.RealServer server = server(RIP, 8080, Method.FULLNAT, hop(1500, true));
    int ports = 8;
    List<InetAddress> locals = Worlds.localAddresses(4);
    World world = world(VIP, 80, Protocol.TCP, List.of(server), locals, Worlds.PORT_FIRST + ports - 1);
    try (Bench bench = new Bench(world, lab)) {
      int given = 0;
      int refused = 0;
      for (int n = 0; n < 200; n++) {
        Talk talk = new Talk(bench, lab, VIP, 80, Protocol.TCP, 6000 + n);
        byte[] syn = talk.frame(new Tcp(6000 + n, 80, Tcp.SYN));
        long[] before = bench.plane().reasons();
        boolean dropped = bench.verdict(bench.run(syn, lab.uplink)) == Expectation.Verdict.DROP;
        refused += dropped ? 1 : 0;
        given += dropped ? 0 : 1;
        assertThat(bench.counted(before)).isEqualTo(dropped ? ", counted: PORTS_EXHAUSTED" : ", no reason counted");
      }
      assertThat(given).isBetween(ports, ports * locals.size());
      assertThat(refused).isEqualTo(200 - given);
    }
  }

  @Test
  void shouldServeEveryPortOfAVip() {
    for (InetAddress vip : List.of(VIP, VIP6)) {
      for (Method method : List.of(Method.DR, Method.NAT, Method.FULLNAT)) {
        InetAddress rip = vip == VIP ? RIP : RIP6;
        List<InetAddress> locals = method == Method.FULLNAT ? Worlds.localAddresses(World.version(vip)) : List.of();
        World.RealServer server = server(rip, 0, method, hop(1500, true));
        World world = world(vip, 0, Protocol.TCP, List.of(server), locals, Worlds.PORT_LAST);
        try (Bench bench = new Bench(world, lab)) {
          for (int port : new int[] {1, 80, 8443, 65535}) {
            Talk talk = new Talk(bench, lab, vip, port, Protocol.TCP, 5400);
            talk.handshake();
            talk.clientSends(method + " data to port " + port, Tcp.ACK, Talk.DATA);
            if (talk.hasReplies()) {
              talk.serverSends(method + " answer from port " + port, Tcp.ACK, Talk.DATA);
              talk.serverSends(method + " more from port " + port, Tcp.ACK, Talk.DATA);
            }
          }
        }
      }
    }
  }

  @Test
  void shouldDropFragmentsThatComeBeforeTheirFirst() {
    for (Worlds.Kind kind : Worlds.kinds()) {
      try (Bench bench = new Bench(Worlds.everything(lab, 1500), lab)) {
        Talk talk = Talk.udp(bench, lab, kind, 5500);
        byte[] packet = new Ip(talk.tuple.source(), talk.tuple.destination(), talk.datagram(new byte[3000])).encode();
        List<byte[]> pieces = Ip.fragments(packet, 1000, 99);
        bench.check(kind + " orphan", Talk.frame(pieces.get(1)), lab.uplink);
        bench.check(kind + " first", Talk.frame(pieces.get(0)), lab.uplink);
        bench.check(kind + " third", Talk.frame(pieces.get(2)), lab.uplink);
        bench.check(kind + " second again", Talk.frame(pieces.get(1)), lab.uplink);
        bench.check(kind + " last", Talk.frame(pieces.get(3)), lab.uplink);
      }
    }
  }

  @Test
  void shouldDropFragmentsOfRepliesThatComeBeforeTheirFirst() {
    try (Bench bench = new Bench(Worlds.everything(lab, 1500), lab)) {
      for (Worlds.Kind kind : Worlds.kinds()) {
        if (kind.method() == Method.FULLNAT) {
          Talk talk = Talk.udp(bench, lab, kind, 5510);
          talk.clientSends(kind + " request", talk.datagram(Talk.DATA));
          Connection connection = talk.connection();
          World.Hop hop = connection.server.hop();
          byte[] packet =
              new Ip(connection.server.address(), connection.localAddress, talk.answer(new byte[2000])).encode();
          for (int piece : new int[] {1, 0, 2, 1}) {
            byte[] frame = new Ether(hop.sourceMac(), hop.destinationMac()).wrap(Ip.fragments(packet, 1000, 98).get(piece));
            bench.check(kind + " piece " + piece, frame, hop.ifindex());
          }
        }
      }
    }
  }

  /** Its packets look like answers of its service's, on whatever port. */
  @Test
  void shouldServeARealServerOfAServiceOnEveryPortAsAClientOfAnother() {
    InetAddress otherVip = Bytes.address("198.51.100.201");
    World.RealServer asking = server(RIP, 0, Method.NAT, hop(1500, true));
    World.RealServer asked =
        World.RealServer.of(1, Bytes.address("10.0.2.2"), 0, Method.DR,
            new World.Hop(SERVER_MAC, Lab.INSIDE_MAC, lab.inside, 1500, 0, true));
    World world =
        new World(
            List.of(
                new World.VirtualService(0, VIP, 0, Protocol.TCP, List.of(asking), List.of()),
                new World.VirtualService(1, otherVip, 0, Protocol.TCP, List.of(asked), List.of())),
            lab.clientRoutes(), Worlds.PORT_FIRST, Worlds.PORT_LAST);
    try (Bench bench = new Bench(world, lab)) {
      byte[] mac = hop(1500, true).sourceMac();
      byte[] syn = new Ip(RIP, otherVip, new Tcp(5520, 443, Tcp.SYN)).encode();
      bench.check("SYN of a server", new Ether(mac, SERVER_MAC).wrap(syn), lab.inside);
      byte[] own = new Ip(RIP, Bytes.address("192.0.2.9"), new Tcp(5520, 443, Tcp.SYN)).encode();
      byte[] frame = new Ether(mac, SERVER_MAC).wrap(own);
      bench.check("its own business", frame, lab.inside);
      Talk talk = new Talk(bench, lab, VIP, 8443, Protocol.TCP, 5521);
      talk.handshake();
      talk.serverSends("its answer", Tcp.ACK, Talk.DATA);
    }
  }

  /** To the server both would be one connection. */
  @Test
  void shouldRefuseByNameAPortThatTheClientUsesAtThatServerAlready() {
    InetAddress otherVip = Bytes.address("198.51.100.201");
    World.RealServer one = server(RIP, 8080, Method.NAT, hop(1500, true));
    World.RealServer same = World.RealServer.of(1, RIP, 8080, Method.NAT, hop(1500, true));
    World world =
        new World(
            List.of(
                new World.VirtualService(0, VIP, 80, Protocol.TCP, List.of(one), List.of()),
                new World.VirtualService(1, otherVip, 80, Protocol.TCP, List.of(same), List.of())),
            lab.clientRoutes(), Worlds.PORT_FIRST, Worlds.PORT_LAST);
    try (Bench bench = new Bench(world, lab)) {
      new Talk(bench, lab, VIP, 80, Protocol.TCP, 5530).handshake();
      Talk other = new Talk(bench, lab, otherVip, 80, Protocol.TCP, 5530);
      long[] before = bench.plane().reasons();
      byte[] syn = other.frame(new Tcp(5530, 80, Tcp.SYN));
      assertThat(bench.verdict(bench.run(syn, lab.uplink))).isEqualTo(Expectation.Verdict.DROP);
      assertThat(bench.counted(before)).isEqualTo(", counted: PORT_IN_USE");
    }
  }

  @Test
  void shouldTranslateErrorsBehindLongHeaderChains() {
    World world = world(VIP6, 53, Protocol.UDP, server(RIP6, 5353, Method.NAT, hop(1500, true)));
    try (Bench bench = new Bench(world, lab)) {
      Talk talk = new Talk(bench, lab, VIP6, 53, Protocol.UDP, 5600);
      talk.clientSends("first", talk.datagram(Talk.DATA));
      Ip about = new Ip(VIP6, talk.tuple.source(), new Udp(53, 5600, Talk.DATA, true));
      for (int size = 6; size <= 6 + 8 * 60; size += 8) {
        Ip error = new Ip(talk.tuple.source(), VIP6, Icmp.tooBig(6, 1280, about.encode()));
        byte[] padding = new byte[size];
        padding[0] = 1;
        padding[1] = (byte) Math.min(size - 2, 255);
        byte[] frame = Talk.frame(error.extension(Protocol.DESTINATION, padding).encode());
        byte[] out = bench.run(frame, lab.uplink).out();
        if (!Arrays.equals(out, frame)) {
          bench.check("error behind " + size + " bytes", frame, lab.uplink);
        } else {
          assertThat(size).as("only chains too long for the parser may be passed on").isGreaterThan(200);
        }
      }
    }
  }

  /** RFC 768: zero means "no checksum", so a sum that comes out as zero is sent as its twin. */
  @Test
  void shouldSendAChecksumThatComesOutAsZeroAsItsTwin() throws MalformedPacketException {
    for (Hook hook : Hook.values()) {
      try (Bench bench = new Bench(Worlds.everything(lab, 1500), lab, hook)) {
        for (Worlds.Kind kind : Worlds.kinds()) {
          if (kind.method() == Method.NAT || kind.method() == Method.FULLNAT) {
            Talk talk = Talk.udp(bench, lab, kind, 5700);
            Headers first = Headers.ofFrame(talk.clientSends(kind + " first", talk.datagram(new byte[2])));
            Headers in = Headers.ofFrame(talk.clientSends(kind + " zero", talk.datagram(checksum(first))));
            assertThat(checksum(in)).containsExactly(0xff, 0xff);
            Headers reply = Headers.ofFrame(talk.serverSends(kind + " reply", talk.answer(new byte[2])));
            Headers out = Headers.ofFrame(talk.serverSends(kind + " zero reply", talk.answer(checksum(reply))));
            assertThat(checksum(out)).containsExactly(0xff, 0xff);
          }
        }
      }
    }
  }

  /** The checksum field: as the payload of the same datagram it makes the sum all ones. */
  private static byte[] checksum(Headers headers) {
    int at = headers.transportChecksum();
    return Bytes.slice(headers.bytes(), at, at + 2);
  }
}
