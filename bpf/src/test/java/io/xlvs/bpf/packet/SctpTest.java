// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.State;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** SCTP through every method: its checksum after NAT and FULLNAT, its handshake, errors and fragments. */
class SctpTest {
  private static final int COMMON_HEADER = 12;

  /** What a test run at tc takes is a page with its overhead. */
  private static final int MOST_AT_TC = 3000;

  private final Random random = new Random(20261122);
  private Lab lab;

  @BeforeEach
  void makeLab() {
    lab = new Lab();
  }

  @AfterEach
  void removeLab() {
    lab.close();
  }

  private Bench bench(Hook hook) {
    return new Bench(Worlds.everything(lab, Lab.JUMBO_MTU), lab, hook);
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** The oracle computes each checksum anew, by java.util.zip's CRC32C over the whole packet. */
  @Test
  void shouldKeepTheChecksumRightForAnyLengthAndPort() {
    for (Hook hook : Hook.values()) {
      try (Bench bench = bench(hook)) {
        for (Worlds.Kind kind : Worlds.kinds()) {
          for (int round = 0; round < (kind.tunnel() == null ? 100 : 25); round++) {
            Talk talk = Talk.sctp(bench, lab, kind, 655 * round + 1 + random.nextInt(655));
            talk.sctpHandshake();
            // any length, though a sender pads: 16 and on is what a chunk's header leaves, up to the way's MTU
            int length = round < 20 ? round : random.nextInt(hook == Hook.XDP ? 8800 : MOST_AT_TC);
            talk.clientSends(hook + " " + kind + ", " + length + " bytes", talk.chunk(Sctp.DATA).chunk(Sctp.SACK, bytes(length)));
            if (talk.hasReplies()) {
              talk.serverSends(hook + " " + kind + ", " + length + " bytes back", talk.chunkBack(Sctp.DATA, bytes(length)));
            }
            bench.oracle().forget(talk.tuple);
          }
        }
      }
    }
  }

  @Test
  void shouldLeaveAChecksumThatIsWrongAsWrongAsItWas() {
    for (Hook hook : Hook.values()) {
      try (Bench bench = bench(hook)) {
        for (Worlds.Kind kind : Worlds.kinds()) {
          Talk talk = Talk.sctp(bench, lab, kind, 4000);
          talk.sctpHandshake();
          for (int n = 0; n < 20; n++) {
            byte[] packet = new Ip(talk.tuple.source(), talk.tuple.destination(), talk.chunk(Sctp.DATA, bytes(n * 7))).encode();
            int at = packet.length - 16 - n * 7;
            Sctp.putChecksum(packet, at, packet.length, random.nextInt());
            bench.check(hook + " " + kind + ", damaged", Talk.frame(packet), lab.uplink);
          }
        }
      }
    }
  }

  /** A checksum may be 0 by itself; one that is not computed yet only tc can tell, and no test run has such frames. */
  @Test
  void shouldTakeAChecksumOfZeroForOne() throws MalformedPacketException {
    for (Hook hook : Hook.values()) {
      try (Bench bench = bench(hook)) {
        for (Worlds.Kind kind : Worlds.kinds()) {
          Talk talk = Talk.sctp(bench, lab, kind, 4000);
          talk.sctpHandshake();
          byte[] packet = new Ip(talk.tuple.source(), talk.tuple.destination(), talk.chunk(Sctp.DATA, bytes(100))).encode();
          int at = Headers.ofIp(packet).transport();
          Sctp.putChecksum(packet, at, packet.length, Sctp.damage(packet, at, packet.length) ^ (int) Bytes.u32(packet, at + 8));
          assertThat(Bytes.u32(packet, at + 8)).isZero();
          bench.check(hook + " " + kind + ", zero", Talk.frame(packet), lab.uplink);
        }
      }
    }
  }

  @Test
  void shouldPromoteAnAssociationOnlyByTheTagThatTheServerGave() {
    try (Bench bench = bench(Hook.XDP)) {
      for (Worlds.Kind kind : Worlds.kinds()) {
        Talk talk = Talk.sctp(bench, lab, kind, 4100);
        talk.clientSends(kind + " INIT", talk.chunk(Sctp.INIT, Sctp.CLIENT_TAG, 1, 1, 1));
        assertThat(talk.halfOpen().orElseThrow().state()).isEqualTo(State.SCTP_INIT1);
        if (talk.hasReplies()) {
          talk.serverSends(kind + " INIT ACK", talk.chunkBack(Sctp.INIT_ACK, Sctp.SERVER_TAG, 1, 1, 1));
          talk.clientSends(kind + " guess", new Sctp(4100, Worlds.SCTP_PORT, 12345).chunk(Sctp.COOKIE_ECHO, 1));
          talk.clientSends(kind + " ABORT", talk.chunk(Sctp.ABORT));
          assertThat(talk.established()).as(kind.toString()).isEmpty();
          talk = Talk.sctp(bench, lab, kind, 4101);
          talk.sctpHandshake();
        } else {
          talk.clientSends(kind + " COOKIE ECHO", talk.chunk(Sctp.COOKIE_ECHO, 1));
        }
        assertThat(talk.established().orElseThrow().state()).as(kind.toString()).isEqualTo(State.SCTP_ESTABLISHED);
        assertThat(talk.halfOpen()).isEmpty();
      }
    }
  }

  @Test
  void shouldSendErrorsThatQuoteItToThePeerTheyAreMeantFor() {
    for (Hook hook : Hook.values()) {
      try (Bench bench = bench(hook)) {
        for (Worlds.Kind kind : Worlds.kinds()) {
          Talk talk = Talk.sctp(bench, lab, kind, 4200);
          talk.sctpHandshake();
          Ip about = new Ip(talk.tuple.destination(), talk.tuple.source(),
              new Sctp(Worlds.SCTP_PORT, 4200, Sctp.CLIENT_TAG).chunk(Sctp.DATA, bytes(40)));
          talk.clientSends(kind + " about what the server sent", Icmp.portUnreachable(kind.version(), about.encode()));
          if (talk.hasReplies()) {
            Connection connection = talk.connection();
            about = new Ip(connection.localAddress, connection.server.address(),
                new Sctp(connection.localPort, connection.serverPort, Sctp.SERVER_TAG).chunk(Sctp.DATA, bytes(40)));
            talk.serverSends(kind + " about what it was sent", Icmp.portUnreachable(kind.version(), about.encode()));
          }
        }
      }
    }
  }

  /** DR and TUN change nothing in them; NAT and FULLNAT would need the whole packet's length. */
  @Test
  void shouldForwardFragmentsWherePortsStayAndDropThemByNameElsewhere() {
    for (Hook hook : Hook.values()) {
      try (Bench bench = bench(hook)) {
        for (Worlds.Kind kind : Worlds.kinds()) {
          Talk talk = Talk.sctp(bench, lab, kind, 4300);
          talk.sctpHandshake();
          byte[] packet = new Ip(talk.tuple.source(), talk.tuple.destination(), talk.chunk(Sctp.DATA, bytes(3000))).encode();
          for (byte[] piece : Ip.fragments(packet, 1000, 77)) {
            bench.check(hook + " " + kind + " fragment", Talk.frame(piece), lab.uplink);
          }
        }
      }
    }
  }

  @Test
  void shouldRefuseANewAssociationByIcmpAndAnyOtherPacketNotAtAll() {
    try (Bench bench = bench(Hook.XDP)) {
      Talk talk = Talk.sctp(bench, lab, Worlds.kinds().get(0), 4400);
      for (int type : new int[] {Sctp.DATA, Sctp.INIT_ACK, Sctp.ABORT, Sctp.SHUTDOWN, Sctp.COOKIE_ECHO, 255}) {
        talk.clientSends("chunk " + type + " without connection: no_connection", talk.chunk(type));
      }
      bench.check("TTL used up: answered by ICMP", Talk.frame(new Ip(talk.tuple.source(), talk.tuple.destination(),
          talk.chunk(Sctp.INIT, Sctp.CLIENT_TAG, 1, 1, 1)).timeToLive(1).encode()), lab.uplink);
    }
  }

  @Test
  void shouldPassOnWhatIsTooShortForAChunk() {
    try (Bench bench = bench(Hook.XDP)) {
      Talk talk = Talk.sctp(bench, lab, Worlds.kinds().get(0), 4500);
      byte[] whole = talk.chunk(Sctp.INIT).encode(talk.tuple.source(), talk.tuple.destination());
      for (int length = 0; length < COMMON_HEADER + 4; length++) {
        long[] reasons = bench.plane().reasons();
        byte[] frame = talk.frame(Layer.raw(Protocol.SCTP, Bytes.slice(whole, 0, length)));
        assertThat(bench.verdict(bench.run(frame, lab.uplink))).isEqualTo(Expectation.Verdict.PASS);
        assertThat(bench.counted(reasons)).isEqualTo(", counted: BAD_LENGTH");
      }
    }
  }
}
