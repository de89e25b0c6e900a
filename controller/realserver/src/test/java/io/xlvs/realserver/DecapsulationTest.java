// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.loader.Bpf;
import io.xlvs.loader.Collection;
import io.xlvs.loader.CollectionSpec;
import io.xlvs.loader.TestRunOptions;
import io.xlvs.loader.TestRunResult;
import io.xlvs.loader.map.BpfMap;
import io.xlvs.loader.map.Codecs;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Verdict, whole packet and counters of the decapsulating program, packet by packet (BPF_PROG_TEST_RUN). */
class DecapsulationTest {
  private static final int UNSPEC = -1;
  private static final int SHOT = 2;

  private static final InetAddress VIP4 = Literals.address("vip", "192.0.2.100");
  private static final InetAddress VIP6 = Literals.address("vip", "2001:db8::100");
  private static final List<Prefix> DIRECTORS =
      List.of(Literals.prefix("director", "10.1.0.0/24"), Literals.prefix("director", "fd01::1"));

  private Collection live;

  @BeforeEach
  void load() {
    CollectionSpec spec = Programs.spec("tunnel");
    spec.variable("tunnels").set(7);
    spec.variable("gue_port").set(new byte[] {0x17, (byte) 0xc0});
    live = spec.load();
    Programs.fill(live.map(Programs.DIRECTORS), Programs.PREFIX, DIRECTORS);
    Programs.fill(live.map(Programs.VIPS), Programs.ADDRESS, List.of(VIP4, VIP6));
  }

  @AfterEach
  void close() {
    live.close();
  }

  private TestRunResult run(byte[] frame) {
    return live.program("xlvs_decapsulate").testRun(TestRunOptions.packet(frame));
  }

  private Map<Count, Long> counts() {
    BpfMap<Integer, List<Long>> map =
        BpfMap.of(live.map(Programs.COUNTS), Codecs.U32, Codecs.perCpu(Codecs.U64, Bpf.possibleCpus()));
    Map<Count, Long> counts = new EnumMap<>(Count.class);
    for (Count count : Count.values()) {
      long sum = map.lookup(count.ordinal()).orElseThrow().stream().mapToLong(Long::longValue).sum();
      if (sum != 0) {
        counts.put(count, sum);
      }
    }
    return counts;
  }

  private void dropped(byte[] frame, Count why) {
    long before = counts().getOrDefault(why, 0L);
    assertThat(run(frame).returnValue()).isEqualTo(SHOT);
    assertThat(counts()).containsEntry(why, before + 1);
  }

  private void untouched(byte[] frame) {
    Map<Count, Long> before = counts();
    TestRunResult result = run(frame);
    assertThat(result.returnValue()).isEqualTo(UNSPEC);
    assertThat(result.out()).isEqualTo(frame);
    assertThat(counts()).isEqualTo(before);
  }

  private static byte[] inner(boolean ipv6, int tos) {
    byte[] payload = new byte[200];
    new Random(1).nextBytes(payload);
    return ipv6
        ? Packets.ip("2001:db8:1::9", VIP6.getHostAddress(), tos, 17, payload)
        : Packets.ip("198.51.100.9", VIP4.getHostAddress(), tos, 17, payload);
  }

  private static byte[] outer(boolean ipv6, int tos, int protocol, byte[] payload) {
    return ipv6 ? Packets.ip("fd01::1", "fd01::2", tos, protocol, payload) : Packets.ip("10.1.0.7", "10.1.0.2", tos, protocol, payload);
  }

  /** The tunnel's own header, and the protocol that announces it. */
  private static byte[] tunnel(Tunnel tunnel, boolean outerIpv6, int tos, byte[] inner) {
    boolean ipv6 = inner[0] >> 4 == 6;
    return Packets.frame(
        switch (tunnel) {
          case IPIP -> outer(outerIpv6, tos, ipv6 ? 41 : 4, inner);
          case GRE -> outer(outerIpv6, tos, 47, Packets.join(new int[] {0, 0, ipv6 ? 0x86 : 0x08, ipv6 ? 0xdd : 0}, inner));
          case GUE -> outer(outerIpv6, tos, 17, Packets.join(gue(inner.length, ipv6 ? 41 : 4), inner));
        });
  }

  private static int[] gue(int payload, int protocol) {
    int length = payload + 12;
    return new int[] {0x9c, 0x40, 0x17, 0xc0, length >> 8, length & 0xff, 0, 0, 0, protocol, 0, 0};
  }

  @Test
  void everyEncapsulationAndEcnCombinationFollowsRfc6040() {
    // Rows: inner field; columns: outer Not-ECT, ECT(1), ECT(0), CE by their numbers 0..3. From the table of section 4.2.
    int[][] expected = {{0, 0, 0, -1}, {1, 1, 1, 3}, {2, 1, 2, 3}, {3, 3, 3, 3}};
    int dscp = 0xb8;
    for (Tunnel tunnel : Tunnel.values()) {
      for (int families = 0; families < 4; families++) {
        boolean outerIpv6 = (families & 1) != 0;
        boolean ipv6 = (families & 2) != 0;
        for (int in = 0; in < 4; in++) {
          for (int out = 0; out < 4; out++) {
            TestRunResult result = run(tunnel(tunnel, outerIpv6, out, inner(ipv6, dscp | in)));
            String what = tunnel + " outer IPv6 " + outerIpv6 + " inner IPv6 " + ipv6 + " ECN " + out + " on " + in;
            if (expected[in][out] < 0) {
              assertThat(result.returnValue()).as(what).isEqualTo(SHOT);
              continue;
            }
            assertThat(result.returnValue()).as(what).isEqualTo(UNSPEC);
            assertThat(result.out()).as(what).isEqualTo(Packets.frame(inner(ipv6, dscp | expected[in][out])));
          }
        }
      }
    }
    assertThat(counts())
        .isEqualTo(Map.of(Count.IPIP, 60L, Count.GRE, 60L, Count.GUE, 60L, Count.ECN, 12L));
  }

  @Test
  void whatNoDirectorSentIsDroppedForAVipAndLeftAloneOtherwise() {
    byte[] stranger = Packets.ip("10.1.1.7", "10.1.0.2", 0, 4, inner(false, 0));
    dropped(Packets.frame(stranger), Count.WRONG_DIRECTOR);
    byte[] otherTunnel = Packets.ip("10.1.1.7", "10.1.0.2", 0, 4, Packets.ip("1.2.3.4", "5.6.7.8", 0, 17, new byte[30]));
    untouched(Packets.frame(otherTunnel));
    byte[] notOurVip = outer(false, 0, 4, Packets.ip("1.2.3.4", "5.6.7.8", 0, 17, new byte[30]));
    dropped(Packets.frame(notOurVip), Count.NOT_VIP);
  }

  @Test
  void packetsOutsideATunnelAreLeftAlone() {
    untouched(Packets.frame(inner(false, 0)));
    untouched(Packets.frame(inner(true, 0)));
    untouched(Packets.frame(outer(false, 0, 17, new byte[64])));
    untouched(Packets.frame(outer(false, 0, 6, new byte[64])));
    byte[] arp = new byte[60];
    arp[12] = 0x08;
    arp[13] = 0x06;
    untouched(arp);
    byte[] otherHost = tunnel(Tunnel.IPIP, false, 0, inner(false, 0));
    otherHost[5] = 0x55;
    untouched(otherHost);
  }

  @Test
  void fragmentsOfTheTunnelAreDropped() {
    byte[] first = tunnel(Tunnel.IPIP, false, 0, inner(false, 0));
    first[14 + 6] = 0x20;
    dropped(Packets.withHeaderChecksum(first), Count.OUTER_FRAGMENT);
    byte[] later = tunnel(Tunnel.GRE, false, 0, inner(false, 0));
    later[14 + 7] = 8;
    dropped(Packets.withHeaderChecksum(later), Count.OUTER_FRAGMENT);
    byte[] laterUdp = tunnel(Tunnel.GUE, false, 0, inner(false, 0));
    laterUdp[14 + 7] = 8;
    untouched(Packets.withHeaderChecksum(laterUdp));
    int[] ipv6Fragment = {41, 0, 0, 1, 0, 0, 0, 1};
    dropped(Packets.frame(outer(true, 0, 44, Packets.join(ipv6Fragment, inner(true, 0)))), Count.OUTER_FRAGMENT);
  }

  @Test
  void optionsThatAreNotReadAreDroppedByName() {
    byte[] greKey = outer(false, 0, 47, Packets.join(new int[] {0x20, 0, 8, 0, 0, 0, 0, 1}, inner(false, 0)));
    dropped(Packets.frame(greKey), Count.UNSUPPORTED);
    byte[] teb = outer(false, 0, 47, Packets.join(new int[] {0, 0, 0x65, 0x58}, inner(false, 0)));
    dropped(Packets.frame(teb), Count.UNSUPPORTED);
    int[] withOption = gue(204, 4);
    withOption[8] = 1;
    dropped(Packets.frame(outer(false, 0, 17, Packets.join(withOption, inner(false, 0)))), Count.UNSUPPORTED);
    byte[] checksum = outer(false, 0, 47, Packets.join(new int[] {0x80, 0, 8, 0, 1, 2, 0, 0}, inner(false, 0)));
    TestRunResult result = run(Packets.frame(checksum));
    assertThat(result.out()).isEqualTo(Packets.frame(inner(false, 0)));
  }

  @Test
  void packetsTruncatedAtEveryByteAreDroppedOrLeftAloneNeverOpened() {
    List<byte[]> whole =
        Stream.of(Tunnel.values())
            .flatMap(t -> IntStream.range(0, 4).mapToObj(f -> tunnel(t, (f & 1) != 0, 0, inner((f & 2) != 0, 0))))
            .toList();
    for (byte[] frame : whole) {
      // A test run refuses frames without a whole outer header; those the kernel never hands to IP either.
      int least = frame[14] >> 4 == 6 ? 14 + 40 : 14 + 20;
      for (int length = least; length < frame.length; length++) {
        byte[] cut = Arrays.copyOf(frame, length);
        TestRunResult result = run(cut);
        assertThat(result.returnValue()).as("length %d", length).isIn(UNSPEC, SHOT);
        assertThat(result.out()).as("length %d", length).isEqualTo(cut);
      }
    }
    assertThat(counts()).containsOnlyKeys(Count.MALFORMED);
  }

  @Test
  void mutatedPacketsAreLeftAsTheyAreOrOpenedToTheirInnerPacket() {
    long seed = Long.getLong("xlvs.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      Tunnel tunnel = Tunnel.values()[random.nextInt(3)];
      byte[] frame = tunnel(tunnel, random.nextBoolean(), random.nextInt(4), inner(random.nextBoolean(), random.nextInt(256)));
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        frame[6 + random.nextInt(90)] = (byte) random.nextInt(256);
      }
      TestRunResult result = run(frame);
      String what = "seed " + seed + " packet " + i;
      assertThat(result.returnValue()).as(what).isIn(UNSPEC, SHOT);
      if (result.returnValue() == UNSPEC && result.out().length != frame.length) {
        int removed = frame.length - result.out().length;
        assertThat(Packets.withoutEcn(result.out()))
            .as(what)
            .isEqualTo(Packets.withoutEcn(Packets.frame(Arrays.copyOfRange(frame, 14 + removed, frame.length), frame)));
      }
    }
    assertThat(counts()).containsKeys(Count.IPIP, Count.GRE, Count.GUE, Count.ECN, Count.WRONG_DIRECTOR, Count.MALFORMED);
  }
}
