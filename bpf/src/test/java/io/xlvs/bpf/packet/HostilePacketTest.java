// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Method;
import io.xlvs.loader.TestRunResult;
import java.net.InetAddress;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Packets that somebody has built to do harm: passed on as they came and counted, or forwarded as any other. */
class HostilePacketTest {
  private static final int MTU = 1500;

  private Lab lab;
  private Bench bench;

  private void with(Hook hook, Runnable test) {
    try (Lab newLab = new Lab();
        Bench newBench = new Bench(Worlds.everything(newLab, MTU), newLab, hook)) {
      lab = newLab;
      bench = newBench;
      test.run();
    }
  }

  private void eachKind(Hook hook, BiConsumer<Worlds.Kind, InetAddress> test) {
    with(hook, () -> Worlds.kinds().forEach(kind -> test.accept(kind, client(kind))));
  }

  private static InetAddress client(Worlds.Kind kind) {
    return Bytes.address(kind.version() == 4 ? "203.0.113.5" : "2001:db8:c::5");
  }

  private static Ip tcp(Worlds.Kind kind, InetAddress from, int flags) {
    return new Ip(from, Worlds.vip(kind), new Tcp(4000, Worlds.TCP_PORT, flags));
  }

  private static Ip udp(Worlds.Kind kind, InetAddress from, byte[] data) {
    return new Ip(from, Worlds.vip(kind), new Udp(4000, Worlds.UDP_PORT, data, true));
  }

  private void assertPassed(String what, byte[] frame, String counted) {
    long[] before = bench.plane().reasons();
    TestRunResult result = bench.run(frame, lab.uplink);
    String names = bench.counted(before);
    assertThat(bench.verdict(result)).as(what + names).isEqualTo(Expectation.Verdict.PASS);
    assertThat(result.out()).as(what).isEqualTo(frame);
    assertThat(names).as(what).isEqualTo(counted == null ? ", no reason counted" : ", counted: " + counted);
  }

  private static int transport(byte[] ip) {
    return ip[0] >> 4 == 4 ? 20 : 40;
  }

  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldPassOnHeadersThatContradictThemselves(Hook hook) {
    eachKind(hook, (kind, client) -> {
      for (int words = 0; words < 5; words++) {
        byte[] shortOffset = tcp(kind, client, Tcp.SYN).encode();
        Bytes.put8(shortOffset, transport(shortOffset) + 12, words << 4);
        assertPassed(kind + " data offset " + words, Talk.frame(shortOffset), "BAD_HEADER");
      }
      byte[] longOffset = tcp(kind, client, Tcp.SYN).encode();
      Bytes.put8(longOffset, transport(longOffset) + 12, 6 << 4);
      assertPassed(kind + " data offset beyond the packet", Talk.frame(longOffset), "BAD_HEADER");
      for (int length : new int[] {0, 1, 7, 8 + Talk.DATA.length + 1, 65_535}) {
        byte[] datagram = udp(kind, client, Talk.DATA).encode();
        Bytes.put16(datagram, transport(datagram) + 4, length);
        assertPassed(kind + " UDP length " + length, Talk.frame(datagram), "BAD_LENGTH");
      }
      int lengthField = kind.version() == 4 ? 2 : 4;
      // IPv4's covers its own header, IPv6's does not
      for (int length = 0; length < (kind.version() == 4 ? 40 : 20); length++) {
        byte[] cut = tcp(kind, client, Tcp.SYN).encode();
        Bytes.put16(cut, lengthField, length);
        assertPassed(kind + " length " + length, Talk.frame(cut), "BAD_LENGTH");
      }
      byte[] longer = tcp(kind, client, Tcp.SYN).encode();
      Bytes.put16(longer, lengthField, longer.length + 1);
      assertPassed(kind + " longer than the frame", Talk.frame(longer), "TRUNCATED");
    });
  }

  /** RFC 2675: a length of 0 with the jumbo payload option; no frame of ours is as long as that. */
  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldPassOnJumboPayloads(Hook hook) {
    eachKind(hook, (kind, client) -> {
      if (kind.version() == 6) {
        byte[] jumbo = udp(kind, client, Talk.DATA)
            .extension(Protocol.HOP_BY_HOP, new byte[] {(byte) 0xc2, 4, 0, 1, 0, 0}).encode();
        Bytes.put16(jumbo, 4, 0);
        assertPassed(kind + " jumbo payload", Talk.frame(jumbo), "BAD_LENGTH");
        byte[] empty = udp(kind, client, Talk.DATA).encode();
        Bytes.put16(empty, 4, 0);
        assertPassed(kind + " no payload", Talk.frame(empty), "BAD_LENGTH");
      }
    });
  }

  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldPassOnMoreTagsThanItKnows(Hook hook) {
    eachKind(hook, (kind, client) -> {
      byte[] ip = tcp(kind, client, Tcp.SYN).encode();
      byte[] frame = new Ether(Lab.UPLINK_MAC, Lab.GATEWAY_MAC, 1, 2, 3).wrap(ip);
      assertPassed(kind + " three tags", frame, null);
    });
  }

  /** The packet is on its way to somewhere else, and its checksum is that of its last destination (RFC 8200, 8.1). */
  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldPassOnWhatARoutingHeaderSendsOn(Hook hook) {
    eachKind(hook, (kind, client) -> {
      if (kind.version() == 6) {
        byte[] last = Bytes.address("2001:db8:99::1").getAddress();
        for (int type : new int[] {0, 2, 3, 4, 253}) {
          byte[] routing = Bytes.concat(new byte[] {(byte) type, 1, 0, 0, 0, 0}, last);
          assertPassed(kind + " routing header of type " + type,
              Talk.frame(tcp(kind, client, Tcp.SYN).extension(Protocol.ROUTING, routing).encode()), null);
        }
      }
    });
  }

  /** Linux drops them as martians, before IPVS would see them. */
  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldLeaveSourcesThatAreNoClientsToTheStack(Hook hook) {
    eachKind(hook, (kind, client) -> {
      List<String> sources = kind.version() == 4
          ? List.of("0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.1", "239.255.255.255", "255.255.255.255")
          : List.of("::", "::1", "ff02::1", "ff0e::1:2");
      for (String source : sources) {
        assertPassed(kind + " from " + source, Talk.frame(tcp(kind, Bytes.address(source), Tcp.SYN).encode()), "BAD_SOURCE");
        assertPassed(kind + " from " + source, Talk.frame(udp(kind, Bytes.address(source), Talk.DATA).encode()), "BAD_SOURCE");
      }
      for (Worlds.Kind other : Worlds.kinds()) {
        if (other.version() == kind.version()) {
          InetAddress vip = Worlds.vip(other);
          assertPassed(kind + " from " + vip, Talk.frame(tcp(kind, vip, Tcp.SYN).encode()), "BAD_SOURCE");
          assertPassed(kind + " from " + vip, Talk.frame(udp(kind, vip, Talk.DATA).encode()), "BAD_SOURCE");
        }
      }
      assertThat(new Tables(bench.plane()).connections("half_open").entries()).isEmpty();
    });
  }

  /** RFC 1122, 3.2.2: neither to other than one host, nor about what came by a link-layer broadcast. */
  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldAnswerNobodyButOneHost(Hook hook) {
    eachKind(hook, (kind, client) -> {
      Icmp echo = Icmp.echoRequest(kind.version(), 1, 1, Talk.DATA);
      for (String source : kind.version() == 4 ? List.of("224.0.0.1", "255.255.255.255", "127.0.0.1", "0.0.0.0") : List.of("ff02::1", "::", "::1")) {
        assertPassed(kind + " echo from " + source, Talk.frame(new Ip(Bytes.address(source), Worlds.vip(kind), echo).encode()), null);
      }
      for (String mac : List.of("ffffffffffff", "01005e000001", "333300000001")) {
        Ether group = new Ether(Bytes.unhex(mac), Lab.GATEWAY_MAC);
        assertPassed(kind + " echo to " + mac, group.wrap(new Ip(client, Worlds.vip(kind), echo)), null);
        long[] before = bench.plane().reasons();
        TestRunResult result = bench.run(group.wrap(tcp(kind, client, Tcp.SYN).timeToLive(1)), lab.uplink);
        assertThat(bench.verdict(result)).isEqualTo(Expectation.Verdict.DROP);
        assertThat(bench.counted(before)).isEqualTo(", counted: TTL_EXCEEDED");
      }
    });
  }

  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldAnswerPacketsWhoseTimeIsUp(Hook hook) {
    eachKind(hook, (kind, client) -> {
      bench.oracle().followChoices(bench.plane()::choice);
      for (int ttl = 0; ttl <= 1; ttl++) {
        bench.check(kind + " TTL " + ttl, Talk.frame(udp(kind, client, Talk.DATA).timeToLive(ttl).encode()), lab.uplink);
        // A connection that exists, cached or not, is no reason to forward.
        bench.check(kind + " TTL 9", Talk.frame(udp(kind, client, Talk.DATA).timeToLive(9).encode()), lab.uplink);
      }
    });
  }

  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldForwardFromPortZeroAsFromAnyOther(Hook hook) {
    eachKind(hook, (kind, client) -> {
      for (int port : new int[] {0, 1, 65_535}) {
        Talk talk = Talk.tcp(bench, lab, kind, port);
        talk.handshake();
        talk.clientSends(kind + " from port " + port, Tcp.ACK, Talk.DATA);
        Talk datagrams = Talk.udp(bench, lab, kind, port);
        datagrams.clientSends(kind + " from port " + port, datagrams.datagram(Talk.DATA));
        if (talk.hasReplies()) {
          talk.serverSends(kind + " to port " + port, Tcp.ACK, Talk.DATA);
          datagrams.serverSends(kind + " to port " + port, datagrams.answer(Talk.DATA));
        }
      }
    });
  }

  /** RFC 8200, 8.1, forbids it; it is the receiver who judges. */
  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldNotInventAChecksumWhereThereIsNone(Hook hook) {
    eachKind(hook, (kind, client) -> {
      Talk talk = Talk.udp(bench, lab, kind, 4300);
      for (int n = 0; n < 3; n++) {
        talk.clientSends(kind + " without checksum", new Udp(4300, Worlds.UDP_PORT, Talk.DATA, false));
      }
      if (talk.hasReplies()) {
        Connection connection = talk.connection();
        for (int n = 0; n < 3; n++) {
          talk.serverSends(kind + " without checksum",
              new Udp(connection.serverPort, connection.localPort, Talk.DATA, false));
        }
      }
    });
  }

  /** Whatever overlaps whatever: it is the server who puts them together, so all must reach the same one. */
  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldSendOverlappingFragmentsToOneServer(Hook hook) {
    eachKind(hook, (kind, client) -> {
      Talk talk = Talk.udp(bench, lab, kind, 4400);
      byte[] packet = new Ip(client, talk.tuple.destination(), talk.datagram(new byte[3000])).encode();
      List<byte[]> coarse = Ip.fragments(packet, 1000, 99);
      List<byte[]> fine = Ip.fragments(packet, 600, 99);
      bench.check(kind + " first", Talk.frame(coarse.get(0)), lab.uplink);
      for (List<byte[]> pieces : List.of(fine, coarse, fine)) {
        for (byte[] piece : pieces) {
          bench.check(kind + " overlapping", Talk.frame(piece), lab.uplink);
        }
      }
    });
  }

  /** RFC 1858: the ports in one fragment, the flags in the next. */
  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldPassOnFragmentsTooSmallForTheirHeader(Hook hook) {
    eachKind(hook, (kind, client) -> {
      byte[] packet = new Ip(client, Worlds.vip(kind), new Tcp(4500, Worlds.TCP_PORT, Tcp.SYN).payload(Talk.DATA)).encode();
      List<byte[]> pieces = Ip.fragments(packet, 8, 98);
      assertPassed(kind + " 8 bytes of TCP", Talk.frame(pieces.get(0)), "BAD_LENGTH");
      long[] before = bench.plane().reasons();
      assertThat(bench.verdict(bench.run(Talk.frame(pieces.get(1)), lab.uplink))).isEqualTo(Expectation.Verdict.DROP);
      assertThat(bench.counted(before)).isEqualTo(", counted: ORPHAN_FRAGMENT");
    });
  }

  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldPassOnErrorsAboutErrors(Hook hook) {
    eachKind(hook, (kind, client) -> {
      InetAddress vip = Worlds.vip(kind);
      Talk talk = Talk.udp(bench, lab, kind, 4600);
      talk.clientSends(kind + " first", talk.datagram(Talk.DATA));
      byte[] answer = new Ip(vip, client, new Udp(Worlds.UDP_PORT, 4600, Talk.DATA, true)).encode();
      byte[] error = new Ip(vip, client, Icmp.portUnreachable(kind.version(), answer)).encode();
      assertPassed(kind + " error about an error",
          Talk.frame(new Ip(client, vip, Icmp.timeExceeded(kind.version(), error)).encode()), null);
      if (kind.method() == Method.NAT) {
        // the one inside is about a connection; the one outside is not
        bench.check(kind + " error", Talk.frame(new Ip(client, vip, Icmp.portUnreachable(kind.version(), answer)).encode()), lab.uplink);
      }
    });
  }
}
