// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Flags;
import io.xlvs.bpf.Method;
import io.xlvs.bpf.ServerFlag;
import io.xlvs.loader.TestRunResult;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** ICMP to a VIP that random traffic does not meet. */
class IcmpEdgeTest {

  private interface Test {
    void run(Bench bench, Lab lab, Worlds.Kind kind);
  }

  private static void eachKind(Hook hook, Test test) {
    try (Lab lab = new Lab();
        Bench bench = new Bench(Worlds.everything(lab, 1500), lab, hook)) {
      Worlds.kinds().forEach(kind -> test.run(bench, lab, kind));
    }
  }

  private static void assertPassed(String what, Bench bench, byte[] frame, int ingress, String counted) {
    long[] before = bench.plane().reasons();
    TestRunResult result = bench.run(frame, ingress);
    assertThat(bench.verdict(result)).as(what).isEqualTo(Expectation.Verdict.PASS);
    assertThat(result.out()).as(what).isEqualTo(frame);
    assertThat(bench.counted(before)).as(what).isEqualTo(counted == null ? ", no reason counted" : ", counted: " + counted);
  }

  private static byte[] fromClient(Talk talk, Layer layer) {
    return Talk.frame(new Ip(talk.tuple.source(), talk.tuple.destination(), layer).encode());
  }

  /** IPv6 answers too long for the way back are sent in fragments: what is quoted then begins with a fragment header. */
  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldRelayErrorsAboutPacketsWithExtensionHeaders(Hook hook) {
    eachKind(hook, (bench, lab, kind) -> {
      Talk talk = Talk.udp(bench, lab, kind, 8000);
      talk.clientSends(kind + " first", talk.datagram(Talk.DATA));
      Udp answer = new Udp(Worlds.UDP_PORT, 8000, new byte[2000], true);
      byte[] packet = new Ip(talk.tuple.destination(), talk.tuple.source(), answer).encode();
      byte[] first = Ip.fragments(packet, 1200, 77).get(0);
      for (int length : new int[] {first.length, (kind.version() == 4 ? 20 : 48) + 8}) {
        Icmp error = Icmp.portUnreachable(kind.version(), Bytes.slice(first, 0, length));
        byte[] out = bench.check(kind + " about a first fragment", fromClient(talk, error), lab.uplink);
        assertThat(out).as(kind.toString()).isNotEqualTo(fromClient(talk, error));
      }
    });
  }

  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldCountErrorsThatDoNotTellWhatTheyAreAbout(Hook hook) {
    eachKind(hook, (bench, lab, kind) -> {
      Talk talk = Talk.udp(bench, lab, kind, 8100);
      talk.clientSends(kind + " first", talk.datagram(Talk.DATA));
      byte[] answer = new Ip(talk.tuple.destination(), talk.tuple.source(), new Udp(Worlds.UDP_PORT, 8100, Talk.DATA, true)).encode();
      for (int length = 0; length < (kind.version() == 4 ? 20 : 40) + 8; length++) {
        Icmp error = Icmp.portUnreachable(kind.version(), Bytes.slice(answer, 0, length));
        assertPassed(kind + " quoting " + length, bench, fromClient(talk, error), lab.uplink, "ICMP_UNRELATED");
      }
    });
  }

  /** What the line has damaged changes nothing, and nothing of ours may mend it. */
  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldPassErrorsWithAWrongChecksumOn(Hook hook) {
    eachKind(hook, (bench, lab, kind) -> {
      Talk talk = Talk.udp(bench, lab, kind, 8150);
      talk.clientSends(kind + " first", talk.datagram(Talk.DATA));
      byte[] answer = new Ip(talk.tuple.destination(), talk.tuple.source(), new Udp(Worlds.UDP_PORT, 8150, Talk.DATA, true)).encode();
      byte[] error = fromClient(talk, Icmp.portUnreachable(kind.version(), answer));
      error[error.length - 1] ^= 1;
      assertPassed(kind.toString(), bench, error, lab.uplink, "BAD_HEADER");
    });
  }

  /** As IPVS: a connection whose server was deleted is silent to its client, not to its server. */
  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldRelayErrorsToAServerThatWasDeleted(Hook hook) {
    eachKind(hook, (bench, lab, kind) -> {
      Talk talk = Talk.udp(bench, lab, kind, 8170);
      talk.clientSends(kind + " first", talk.datagram(Talk.DATA));
      byte[] answer = new Ip(talk.tuple.destination(), talk.tuple.source(), new Udp(Worlds.UDP_PORT, 8170, Talk.DATA, true)).encode();
      byte[] error = fromClient(talk, Icmp.portUnreachable(kind.version(), answer));
      byte[] relayed = bench.check(kind + " before", error, lab.uplink);
      new Tables(bench.plane()).server(talk.connection().server.index(), "flags", 0);
      TestRunResult after = bench.run(error, lab.uplink);
      assertThat(bench.verdict(after)).as(kind.toString()).isEqualTo(Expectation.Verdict.REDIRECT);
      assertThat(after.out()).as(kind.toString()).isEqualTo(relayed);
    });
  }

  /** Path MTU discovery of a server on the director itself depends on it. */
  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldPassErrorsToAServerOnTheDirectorItself(Hook hook) {
    eachKind(hook, (bench, lab, kind) -> {
      if (kind.method() != Method.DR) {
        return;
      }
      Talk talk = Talk.udp(bench, lab, kind, 8200);
      talk.clientSends(kind + " first", talk.datagram(Talk.DATA));
      int slot = talk.connection().server.index();
      Tables tables = new Tables(bench.plane());
      tables.server(slot, "flags", Flags.of(ServerFlag.AVAILABLE) | Flags.of(ServerFlag.LOCAL));
      tables.server(slot, "next_hop", 0);
      byte[] answer = new Ip(talk.tuple.destination(), talk.tuple.source(), new Udp(Worlds.UDP_PORT, 8200, Talk.DATA, true)).encode();
      long packets = bench.plane().stats(slot).inPackets();
      assertPassed(kind.toString(), bench, fromClient(talk, Icmp.tooBig(kind.version(), 1400, answer)), lab.uplink, null);
      assertThat(bench.plane().stats(slot).inPackets()).isEqualTo(packets + 1);
    });
  }

  /** Options behind the fragment header: later fragments name them, not UDP, as what follows (RFC 8200, 4.5). */
  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldKnowOrphanFragmentsWhateverTheyBeginWith(Hook hook) {
    eachKind(hook, (bench, lab, kind) -> {
      if (kind.version() == 4) {
        return;
      }
      InetAddress vip = Worlds.vip(kind);
      InetAddress client = Bytes.address("2001:db8:c::5");
      Ip ip = new Ip(client, vip, new Udp(8300, Worlds.UDP_PORT, new byte[2000], true));
      List<byte[]> pieces = Ip.fragments(ip.extension(Protocol.DESTINATION, new byte[] {1, 4, 0, 0, 0, 0}).encode(), 800, 5);
      long[] before = bench.plane().reasons();
      assertThat(bench.verdict(bench.run(Talk.frame(pieces.get(1)), lab.uplink))).isEqualTo(Expectation.Verdict.DROP);
      assertThat(bench.counted(before)).isEqualTo(", counted: ORPHAN_FRAGMENT");
      for (byte[] piece : pieces) {
        bench.check(kind + " in order", Talk.frame(piece), lab.uplink);
      }
    });
  }
}
