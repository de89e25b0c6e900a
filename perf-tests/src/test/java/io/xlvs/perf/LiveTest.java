// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.xlvs.bpf.Capacities;
import io.xlvs.bpf.Family;
import io.xlvs.bpf.Pick;
import io.xlvs.loader.net.NetNs;
import io.xlvs.perf.LiveBed.Hook;
import io.xlvs.perf.LiveFrames.Burst;
import io.xlvs.perf.LiveMeter.Lane;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Live frames come whole, every flow's, and are counted only where they are to be. Needs root. */
class LiveTest {
  private static final int FRAMES = 20_000;
  private static final int FLOWS = 1 << 10;

  private PinnedThreads threads;

  @BeforeEach
  void open() {
    threads = new PinnedThreads();
  }

  @AfterEach
  void close() {
    threads.close();
  }

  private static Traffic traffic(Mode mode, Family family, int flows, int bytes) {
    return new Traffic(mode, family, Transport.TCP, flows, bytes);
  }

  private static Burst burst(LiveContender contender, Traffic traffic, int cpus) {
    return contender.bed().frames().burst(traffic, contender.arrival(traffic), cpus, FRAMES);
  }

  @ParameterizedTest
  @EnumSource(Hook.class)
  void theBareRedirectLosesNothingOnAnyNumberOfCores(Hook hook) {
    try (LiveContender bare = new BareRedirect(hook, threads)) {
      for (int cpus = 1; cpus <= threads.count(); cpus++) {
        for (int bytes : new int[] {Traffic.SMALL, Traffic.LARGE}) {
          Burst burst = burst(bare, traffic(Mode.DR, Family.IPV4, FLOWS, bytes), cpus);
          assertThat(burst.sent()).isEqualTo((long) FRAMES * cpus);
          assertThat(burst.arrived()).isEqualTo(burst.sent());
          assertThat(burst.bytes()).isEqualTo(burst.sent() * bytes);
          assertThat(burst.nsEach()).isPositive().isLessThanOrEqualTo((long) (burst.seconds() * 1e9 / FRAMES));
        }
      }
    }
  }

  @Test
  void plainRoutingLosesNothing() {
    try (LiveContender routing = new PlainRoute(threads)) {
      Burst burst = burst(routing, traffic(Mode.DR, Family.IPV4, FLOWS, Traffic.SMALL), 1);
      assertThat(burst.arrived()).isEqualTo(FRAMES);
    }
  }

  @Test
  void theLimitOfTunnelsMakesRoomAndLosesNothing() {
    try (LiveContender roomy = BareRedirect.withRoom(threads)) {
      Burst burst = burst(roomy, traffic(Mode.TUN, Family.IPV4, FLOWS, Traffic.SMALL), 1);
      assertThat(burst.arrived()).isEqualTo(FRAMES);
      assertThat(burst.bytes()).isEqualTo((long) FRAMES * (Traffic.SMALL + 20));
    }
  }

  @ParameterizedTest
  @EnumSource(Hook.class)
  void theDirectorForwardsEveryFrameInEveryMode(Hook hook) {
    Capacities capacities = new Capacities(1 << 15, 1 << 12, 64, 64, 64, 64, 1 << 12, 1 << 12, 16, 16, 16, 1 << 12);
    try (LiveContender xlvs = new LiveDirector(hook, threads, capacities)) {
      for (Family family : Family.values()) {
        for (Mode mode : Mode.values()) {
          Traffic traffic = traffic(mode, family, FLOWS, Traffic.SMALL);
          xlvs.establish(traffic, threads.count());
          for (int cpus = 1; cpus <= threads.count(); cpus++) {
            Burst burst = burst(xlvs, traffic, cpus);
            assertThat(burst.arrived()).as(traffic.label()).isEqualTo((long) FRAMES * cpus);
            assertThat(burst.wrong()).as(traffic.label()).isZero();
          }
        }
      }
    }
  }

  @Test
  void floorsForwardEveryFrameWhereTheDirectorDoes() {
    try (LiveContender b = LiveFloor.b(1 << 12, threads); LiveContender c = LiveFloor.c(threads)) {
      for (Mode mode : List.of(Mode.DR, Mode.TUN, Mode.NAT_IN, Mode.NAT_OUT)) {
        Traffic traffic = traffic(mode, Family.IPV4, FLOWS, Traffic.SMALL);
        assertThat(burst(b, traffic, threads.count()).arrived()).as(traffic.label()).isEqualTo((long) FRAMES * threads.count());
      }
      for (Mode mode : List.of(Mode.DR, Mode.TUN)) {
        assertThat(burst(c, traffic(mode, Family.IPV4, FLOWS, Traffic.SMALL), 1).arrived()).as("floor C, " + mode).isEqualTo(FRAMES);
      }
    }
  }

  @Test
  void ringFirstForwardsWithoutConnections() {
    Capacities capacities = new Capacities(1 << 12, 1 << 12, 64, 64, 64, 64, 1 << 15, 1 << 12, 16, 16, 16, 1 << 12);
    try (LiveContender xlvs = LiveDirector.ringFirst(threads, capacities, Pick.MH)) {
      for (Mode mode : List.of(Mode.DR, Mode.TUN)) {
        Traffic traffic = traffic(mode, Family.IPV4, 1 << 16, Traffic.SMALL);
        xlvs.establish(traffic, 1);
        assertThat(burst(xlvs, traffic, 1).arrived()).as(traffic.label()).isEqualTo(FRAMES);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Family.class)
  void checksumsAreRightAndEveryFlowComes(Family family) throws Exception {
    try (NftablesNat nftables = new NftablesNat(threads, family)) {
      try (NetNs entered = nftables.bed().enter()) {
        Lab.run("sh", "-c", "echo 1 >/proc/sys/net/netfilter/nf_conntrack_checksum");
      }
      Traffic requests = traffic(Mode.NAT_IN, family, FLOWS, Traffic.SMALL);
      nftables.establish(requests, 1);
      assertThat(burst(nftables, requests, 1).arrived()).isEqualTo(FRAMES);
      assertThat(burst(nftables, traffic(Mode.NAT_OUT, family, FLOWS, Traffic.LARGE), 1).arrived()).isEqualTo(FRAMES);
      try (NetNs entered = nftables.bed().enter()) {
        assertThat(Lab.run("cat", "/proc/sys/net/netfilter/nf_conntrack_count").strip()).isEqualTo(Integer.toString(FLOWS));
      }
    }
  }

  @Test
  void limitsOfConnectionTrackingReturnToWhatTheyWere() throws Exception {
    Path limit = Path.of("/proc/sys/net/netfilter/nf_conntrack_max");
    int before = Integer.parseInt(Files.readAllLines(limit).get(0));
    try (ConntrackRoom room = new ConntrackRoom(before + 1)) {
      assertThat(Integer.parseInt(Files.readAllLines(limit).get(0))).isGreaterThan(before);
    }
    assertThat(Files.readAllLines(limit)).containsExactly(Integer.toString(before));
  }

  @Test
  void countsWhatIsAddressedWrong() {
    try (LiveContender bare = new BareRedirect(Hook.XDP, threads)) {
      Traffic traffic = traffic(Mode.NAT_IN, Family.IPV4, 1, Traffic.SMALL);
      Burst burst = bare.bed().frames().burst(traffic, Arrival.of(Mode.NAT_IN, traffic.plan()), 1, FRAMES);
      assertThat(burst.arrived()).isZero();
      assertThat(burst.wrong()).isEqualTo(FRAMES);
    }
  }

  @Test
  void aContenderThatLosesFramesFailsTheRun() {
    try (LiveContender bare = new BareRedirect(Hook.XDP, threads); LiveContender nftables = new NftablesNat(threads, Family.IPV4)) {
      Lane requests = new Lane(bare, traffic(Mode.DR, Family.IPV4, 1, Traffic.SMALL));
      Lane replies = new Lane(nftables, traffic(Mode.FULLNAT_OUT, Family.IPV4, 1, Traffic.SMALL));
      assertThatIllegalStateException()
          .isThrownBy(() -> new LiveMeter(1, new Patience(0, 0)).measure(requests, List.of(replies), 1))
          .withMessageContaining("nftables DNAT, FULLNAT out v4 TCP 64 B 1 flow: of 65536 frames 0 arrived");
    }
  }
}
