// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Conn;
import io.xlvs.bpf.Device;
import io.xlvs.bpf.Load;
import io.xlvs.bpf.Method;
import io.xlvs.bpf.Server;
import io.xlvs.bpf.State;
import io.xlvs.loader.map.BpfMap;
import io.xlvs.loader.map.Codecs;
import io.xlvs.loader.map.MappedArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Connections from their first packet to their last: entries, states as in IPVS's tables, counts. */
class ConnectionTest {
  private static final byte[] NOTHING = new byte[0];

  private Lab lab;
  private Bench bench;

  @BeforeEach
  void load() {
    lab = new Lab();
    bench = new Bench(Worlds.everything(lab, 1500), lab);
  }

  @AfterEach
  void unload() {
    bench.close();
    lab.close();
  }

  private static void assertState(Conn conn, State state, Talk talk) {
    assertThat(conn.state()).isEqualTo(state);
    assertThat(conn.server()).isEqualTo(talk.connection().server.index());
    assertThat(conn.method()).isEqualTo(talk.connection().server.method());
    assertThat(conn.serverPort()).isEqualTo(talk.connection().serverPort);
  }

  private Load load(Talk talk) {
    byte[] line = new byte[Load.LAYOUT.size()];
    bench.plane().array("server_load").getBytes((long) talk.connection().server.index() * line.length, line);
    return Load.read(ByteBuffer.wrap(line).order(ByteOrder.nativeOrder()), 0);
  }

  @Tag("kernels")
  @Test
  void shouldKeepASynInTheHalfOpenTableUntilItsClientAcknowledges() {
    for (Worlds.Kind kind : Worlds.kinds()) {
      Talk talk = Talk.tcp(bench, lab, kind, 4000);
      talk.clientSends(kind + " SYN", Tcp.SYN, NOTHING, Tcp.mss(1400));
      assertState(talk.halfOpen().orElseThrow(), State.SYN_RECV, talk);
      assertThat(talk.established()).isEmpty();
      if (talk.hasReplies()) {
        talk.serverSends(kind + " SYN-ACK", Tcp.SYN | Tcp.ACK, NOTHING, Tcp.mss(1400));
        assertThat(talk.established()).isEmpty();
      }
      talk.clientSends(kind + " ACK", Tcp.ACK, NOTHING);
      assertState(talk.established().orElseThrow(), State.ESTABLISHED, talk);
      assertThat(talk.halfOpen()).isEmpty();
    }
  }

  /** As IPVS's tcp_conn_schedule(). */
  @Test
  void shouldOpenNoConnectionAtASynThatResets() {
    for (Worlds.Kind kind : Worlds.kinds()) {
      Talk talk = Talk.tcp(bench, lab, kind, 4050);
      talk.clientSends(kind + " SYN, RST", Tcp.SYN | Tcp.RST, NOTHING);
      assertThat(talk.halfOpen()).as(kind.toString()).isEmpty();
    }
  }

  @Test
  void shouldNotPromoteOnAnAcknowledgementThatProvesNothing() {
    for (Worlds.Kind kind : Worlds.kinds()) {
      if (kind.method() == Method.NAT || kind.method() == Method.FULLNAT) {
        Talk talk = Talk.tcp(bench, lab, kind, 4100);
        talk.clientSends(kind + " SYN", Tcp.SYN, NOTHING);
        talk.serverSends(kind + " SYN-ACK", Tcp.SYN | Tcp.ACK, NOTHING);
        byte[] guess = talk.frame(new Tcp(4100, Worlds.TCP_PORT, Tcp.ACK).numbers(1, 12345));
        bench.run(guess, lab.uplink);
        assertThat(talk.established()).as(kind.toString()).isEmpty();
        talk.clientSends(kind + " ACK", Tcp.ACK, NOTHING);
        assertThat(talk.established()).as(kind.toString()).isPresent();
      }
    }
  }

  @Test
  void shouldFollowBothClosesWhereRepliesAreSeen() {
    for (Worlds.Kind kind : Worlds.kinds()) {
      Talk talk = Talk.tcp(bench, lab, kind, 4200);
      talk.handshake();
      if (talk.hasReplies()) {
        talk.clientSends(kind + " request", Tcp.ACK | Tcp.PSH, Talk.DATA);
        talk.serverSends(kind + " response", Tcp.ACK, Talk.DATA);
        talk.clientSends(kind + " FIN", Tcp.FIN | Tcp.ACK, NOTHING);
        assertState(talk.established().orElseThrow(), State.CLOSE_WAIT, talk);
        talk.serverSends(kind + " FIN", Tcp.FIN | Tcp.ACK, NOTHING);
        assertState(talk.established().orElseThrow(), State.TIME_WAIT, talk);
      } else {
        talk.clientSends(kind + " request", Tcp.ACK | Tcp.PSH, Talk.DATA);
        talk.clientSends(kind + " FIN", Tcp.FIN | Tcp.ACK, NOTHING);
        assertState(talk.established().orElseThrow(), State.FIN_WAIT, talk);
      }
    }
  }

  @Test
  void shouldCloseAtAReset() {
    for (Worlds.Kind kind : Worlds.kinds()) {
      Talk talk = Talk.tcp(bench, lab, kind, 4300);
      talk.handshake();
      talk.clientSends(kind + " RST", Tcp.RST | Tcp.ACK, NOTHING);
      assertState(talk.established().orElseThrow(), State.CLOSE, talk);
    }
  }

  /** IPVS's is_new_conn_expected() with conn_reuse_mode 1. */
  @Test
  void shouldBeginAnewAtASynForAConnectionThatEnded() {
    for (Worlds.Kind kind : Worlds.kinds()) {
      for (State end : List.of(State.CLOSE, State.TIME_WAIT)) {
        Talk talk = Talk.tcp(bench, lab, kind, 4350 + end.value());
        talk.handshake();
        if (end == State.CLOSE) {
          talk.clientSends(kind + " RST", Tcp.RST | Tcp.ACK, NOTHING);
        } else if (talk.hasReplies()) {
          talk.clientSends(kind + " FIN", Tcp.FIN | Tcp.ACK, NOTHING);
          talk.serverSends(kind + " FIN", Tcp.FIN | Tcp.ACK, NOTHING);
        } else {
          continue; // the director does not see both ends close
        }
        assertState(talk.established().orElseThrow(), end, talk);
        bench.oracle().forget(talk.tuple);
        talk.clientSends(kind + " SYN after " + end, Tcp.SYN, NOTHING, Tcp.mss(1400));
        assertState(talk.halfOpen().orElseThrow(), State.SYN_RECV, talk);
        assertThat(talk.established()).as(kind + " after " + end).isEmpty();
      }
    }
  }

  /** Any SYN: one with an acknowledgement gets a server like a client's first, one that resets ends the old connection and opens none. */
  @Test
  void shouldTakeEverySynForANewConnectionWhereTheOldOneEnded() {
    try (ThreeServers servers = new ThreeServers(Protocol.TCP, 80)) {
      Connection.Tuple client = ThreeServers.tcp("203.0.113.5", 4000, 80);
      assertThat(servers.establish(client)).isEqualTo('3');
      assertThat(servers.segment(client, Tcp.RST)).isEqualTo('3');
      assertThat(servers.segment(client, Tcp.SYN | Tcp.ACK)).isEqualTo('2');
      assertThat(servers.segment(client, Tcp.ACK)).isEqualTo('2');
      assertThat(servers.segment(client, Tcp.RST)).isEqualTo('2');
      assertThat(servers.segment(client, Tcp.SYN | Tcp.RST)).isEqualTo(ThreeServers.REFUSED);
      assertThat(servers.segment(client, Tcp.ACK)).as("gone").isEqualTo(ThreeServers.REFUSED);
    }
  }

  /** The sweep writes a difference while connections come and go, so that a count may be too low until the next one. */
  @Test
  void shouldTakeACountBelowZeroForZero() {
    for (Worlds.Kind kind : Worlds.kinds()) {
      Talk talk = Talk.tcp(bench, lab, kind, 4410);
      talk.handshake();
      long slot = talk.connection().server.index();
      bench.plane().array("servers").putInt(slot * Server.LAYOUT.size() + Server.LAYOUT.offset("upper_threshold"), 100);
      bench.plane().array("server_load").putInt(slot * Load.LAYOUT.size() + Load.LAYOUT.offset("active"), -3);
      talk.clientSends(kind + " FIN", Tcp.FIN | Tcp.ACK, NOTHING);
      assertThat(load(talk)).as(kind.toString()).isEqualTo(new Load(-4, 1, 0, 0));
      assertThat(load(talk).activeConnections()).isZero();
    }
  }

  @Test
  void shouldCountEstablishedConnectionsAsActiveAndClosingOnesAsInactive() {
    for (Worlds.Kind kind : Worlds.kinds()) {
      Talk talk = Talk.tcp(bench, lab, kind, 4400);
      talk.handshake();
      assertThat(load(talk)).as(kind.toString()).isEqualTo(new Load(1, 0, 0, 0));
      talk.clientSends(kind + " FIN", Tcp.FIN | Tcp.ACK, NOTHING);
      assertThat(load(talk)).as(kind.toString()).isEqualTo(new Load(0, 1, 0, 0));
    }
  }

  @Test
  void shouldKeepDatagramsOfOneClientWithOneServer() {
    for (Worlds.Kind kind : Worlds.kinds()) {
      Talk talk = Talk.udp(bench, lab, kind, 4500);
      talk.clientSends(kind + " first", talk.datagram(Talk.DATA));
      assertState(talk.halfOpen().orElseThrow(), State.UDP, talk);
      if (talk.hasReplies()) {
        talk.serverSends(kind + " answer", talk.answer(Talk.DATA));
        assertState(talk.established().orElseThrow(), State.UDP, talk);
        assertThat(talk.halfOpen()).isEmpty();
      }
      for (int n = 0; n < 5; n++) {
        talk.clientSends(kind + " again", talk.datagram(Talk.DATA));
      }
    }
  }

  /** Whoever forges addresses can send any number of datagrams, but no server's answer. */
  @Test
  void shouldLeaveDatagramsWithoutAnswerInTheTableThatAFloodMayChurn() {
    for (Worlds.Kind kind : Worlds.kinds()) {
      Talk talk = Talk.udp(bench, lab, kind, 4510);
      talk.clientSends(kind + " first", talk.datagram(Talk.DATA));
      for (int second = 0; second < 5 && (talk.hasReplies() || second == 0); second++) {
        for (int n = 0; n < 5; n++) {
          talk.clientSends(kind + " at once", talk.datagram(Talk.DATA));
        }
        assertThat(talk.established()).as(kind + ", second " + second).isEmpty();
        bench.plane().age("half_open", talk.tuple, 1);
      }
    }
  }

  @Test
  void shouldKeepDatagramsWhoseAnswersAreNeverSeenOnceTheyHaveComeForAWhile() {
    for (Worlds.Kind kind : Worlds.kinds()) {
      Talk talk = Talk.udp(bench, lab, kind, 4520);
      talk.clientSends(kind + " first second", talk.datagram(Talk.DATA));
      if (!talk.hasReplies()) {
        useForAWhile(talk);
        assertState(talk.established().orElseThrow(), State.UDP, talk);
        assertThat(talk.halfOpen()).isEmpty();
        assertThat(oneWay().getInt(0)).as(kind + ", counted").isEqualTo(1);
        bench.plane().age("connections", talk.tuple, 1000);
        bench.plane().sweep();
        assertThat(talk.established()).isEmpty();
        assertThat(oneWay().getInt(0)).as(kind + ", counted").isZero();
      }
    }
  }

  @Test
  void shouldNotLetSuchDatagramsHaveMoreThanTheirShareOfTheTable() {
    oneWay().putInt(0, DataPlane.CONNECTIONS / 2);
    for (Worlds.Kind kind : Worlds.kinds()) {
      Talk talk = Talk.udp(bench, lab, kind, 4530);
      talk.clientSends(kind + " first second", talk.datagram(Talk.DATA));
      if (!talk.hasReplies()) {
        useForAWhile(talk);
        assertState(talk.halfOpen().orElseThrow(), State.UDP, talk);
        oneWay().putInt(0, DataPlane.CONNECTIONS / 2 - 1);
        talk.clientSends(kind + " with room again", talk.datagram(Talk.DATA));
        assertState(talk.established().orElseThrow(), State.UDP, talk);
        assertThat(oneWay().getInt(0)).isEqualTo(DataPlane.CONNECTIONS / 2);
      }
    }
  }

  @Test
  void shouldNotTakeALaterFragmentForProof() {
    for (Worlds.Kind kind : Worlds.kinds()) {
      Talk talk = Talk.udp(bench, lab, kind, 4540);
      byte[] packet = new Ip(talk.tuple.source(), talk.tuple.destination(), talk.datagram(new byte[2000])).encode();
      for (byte[] piece : Ip.fragments(packet, 1000, 77)) {
        bench.check(kind + " fragment", Talk.frame(piece), lab.uplink);
        bench.plane().age("half_open", talk.tuple, 1);
      }
      assertState(talk.halfOpen().orElseThrow(), State.UDP, talk);
      assertThat(talk.halfOpen().orElseThrow().proof()).isZero();
    }
  }

  private void useForAWhile(Talk talk) {
    for (int second = 0; second < 2; second++) {
      bench.plane().age("half_open", talk.tuple, 1);
      talk.clientSends("another second", talk.datagram(Talk.DATA));
    }
  }

  private MappedArray oneWay() {
    return bench.plane().array("one_way");
  }

  @Test
  void shouldSayWhoTheClientIsUntilTheServerHasAnsweredData() throws MalformedPacketException {
    for (Worlds.Kind kind : Worlds.kinds()) {
      if (kind.method() == Method.FULLNAT) {
        int option = kind.version() == 4 ? 8 : 20;
        Talk talk = Talk.tcp(bench, lab, kind, 4600);
        assertThat(tcpHeader(talk.clientSends("SYN", Tcp.SYN, NOTHING))).isEqualTo(20);
        talk.serverSends("SYN-ACK", Tcp.SYN | Tcp.ACK, NOTHING);
        assertThat(tcpHeader(talk.clientSends("ACK", Tcp.ACK, NOTHING))).isEqualTo(20 + option);
        assertThat(tcpHeader(talk.clientSends("data", Tcp.ACK, Talk.DATA))).isEqualTo(20 + option);
        talk.serverSends("bare ACK", Tcp.ACK, NOTHING);
        assertThat(tcpHeader(talk.clientSends("data", Tcp.ACK, Talk.DATA))).isEqualTo(20 + option);
        talk.serverSends("answer", Tcp.ACK, Talk.DATA);
        assertThat(tcpHeader(talk.clientSends("data", Tcp.ACK, Talk.DATA))).isEqualTo(20);
        talk.clientSends("forged", Tcp.ACK, Talk.DATA, Tcp.toa(Bytes.address("192.0.2.1"), 1));
      }
    }
  }

  /** It cannot keep the server from learning who it is by filling the header, or the MTU, with its own word. */
  @Test
  void shouldSayWhoTheClientIsInPlaceOfItsOwnWordWhereThereIsNoRoom() throws MalformedPacketException {
    for (Worlds.Kind kind : Worlds.kinds()) {
      if (kind.method() == Method.FULLNAT) {
        byte[] forged = Tcp.toa(Bytes.address(kind.version() == 4 ? "192.0.2.1" : "2001:db8::bad"), 1);
        byte[][] full = new byte[40 / forged.length][];
        Arrays.fill(full, forged);
        Talk talk = Talk.tcp(bench, lab, kind, 4650);
        talk.handshake();
        Headers out = Headers.ofFrame(talk.clientSends(kind + " full header", Tcp.ACK, Talk.DATA, full));
        assertThat(out.tcpHeaderLength()).isEqualTo(60);
        assertThat(firstOption(out, forged.length)).isEqualTo(Tcp.toa(talk.tuple.source(), 4650));
        int rest = 1500 - (kind.version() == 4 ? 40 : 60) - forged.length;
        Headers large = Headers.ofFrame(talk.clientSends(kind + " full packet", Tcp.ACK, new byte[rest], forged));
        assertThat(firstOption(large, forged.length)).isEqualTo(Tcp.toa(talk.tuple.source(), 4650));
        if (kind.version() == 6) {
          byte[] small = Tcp.toa(Bytes.address("192.0.2.1"), 1);
          talk.clientSends("no option is long enough: omitted", Tcp.ACK, Talk.DATA, small, small, small, small, small);
        }
      }
    }
  }

  private static byte[] firstOption(Headers headers, int length) {
    return Bytes.slice(headers.bytes(), headers.transport() + 20, headers.transport() + 20 + length);
  }

  private static int tcpHeader(byte[] frame) throws MalformedPacketException {
    return Headers.ofFrame(frame).tcpHeaderLength();
  }

  /** Replies that the flow cache has lost do not ask the routing table, as long as a cached one would not have. */
  @Test
  void shouldKeepTheWayToTheClientUntilTheEpochChanges() {
    BpfMap<Integer, Device> devices = bench.plane().collection().map("devices", Codecs.U32, Device.CODEC);
    for (Worlds.Kind kind : Worlds.kinds()) {
      if (kind.method() == Method.NAT || kind.method() == Method.FULLNAT) {
        Talk talk = Talk.tcp(bench, lab, kind, 4660);
        talk.handshake();
        talk.serverSends(kind + " data", Tcp.ACK, Talk.DATA);
        byte[] reply = talk.reply(new Tcp(talk.connection().serverPort, talk.connection().localPort, Tcp.ACK).payload(Talk.DATA));
        for (String cache : List.of("flow_cache", "flow6_cache")) {
          MappedArray lines = bench.plane().array(cache);
          lines.putBytes(0, new byte[(int) lines.sizeBytes()]);
        }
        Device device = devices.lookupAndDelete(lab.uplink).orElseThrow();
        long[] reasons = bench.plane().reasons();
        bench.run(reply, talk.connection().server.hop().ifindex());
        assertThat(bench.counted(reasons)).as(kind.toString()).isEqualTo(", no reason counted");
        bench.plane().age("connections", talk.tuple, 0);
        bench.run(reply, talk.connection().server.hop().ifindex());
        assertThat(bench.counted(reasons)).as(kind.toString()).isEqualTo(", counted: NO_ROUTE");
        devices.update(lab.uplink, device);
      }
    }
  }

  @Test
  void shouldFallSilentWhenTheServerIsRemovedAndResumeWhenItReturns() {
    for (Worlds.Kind kind : Worlds.kinds()) {
      Talk talk = Talk.tcp(bench, lab, kind, 4700);
      talk.handshake();
      talk.clientSends(kind + " cached", Tcp.ACK, Talk.DATA);
      int slot = talk.connection().server.index();
      long flags = (long) slot * Server.LAYOUT.size() + Server.LAYOUT.offset("flags");
      int before = bench.plane().array("servers").getInt(flags);
      bench.plane().array("servers").putInt(flags, 0);
      byte[] data = talk.frame(new Tcp(4700, Worlds.TCP_PORT, Tcp.ACK).payload(Talk.DATA));
      long[] reasons = bench.plane().reasons();
      assertThat(bench.verdict(bench.run(data, lab.uplink))).isEqualTo(Expectation.Verdict.DROP);
      assertThat(bench.counted(reasons)).isEqualTo(", counted: SERVER_GONE");
      bench.plane().array("servers").putInt(flags, before);
      talk.clientSends(kind + " resumed", Tcp.ACK, Talk.DATA);
    }
  }
}
