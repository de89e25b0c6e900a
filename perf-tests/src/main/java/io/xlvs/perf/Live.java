// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Capacities;
import io.xlvs.bpf.Family;
import io.xlvs.bpf.Method;
import io.xlvs.perf.LiveBed.Hook;
import java.util.Arrays;
import java.util.List;

/** Packets a second: live frames through veth devices into the director and out to where they are counted. */
final class Live implements Part {
  private static final int CONNECTIONS = 1 << 18;

  /** Two decisions of IPv4 find room in a line: half of all places will be taken, by a million flows in one direction. */
  private static final int CACHE_LINES = 1 << 20;

  /** One direction of each method. */
  private static final List<Mode> REQUESTS = List.of(Mode.DR, Mode.TUN, Mode.NAT_IN, Mode.FULLNAT_IN);

  private static final List<Mode> ALL = Arrays.asList(Mode.values());

  @Override
  public String name() {
    return "live";
  }

  @Override
  public String title() {
    return "Millions of packets a second, end to end: live frames (BPF_F_TEST_XDP_LIVE_FRAMES) into the director by one veth device and out by another, counted\n"
        + "at the far end if they are addressed right. Sending and counting run on the director's own core. In the same turns a bare redirect, the limit of the\n"
        + "bed, floors B and C, and nftables with a DNAT rule, which gets the same packets of connections that it knows.";
  }

  @Override
  public void run(Report report) {
    LiveMeter meter = report.quick() ? new LiveMeter(3, 1) : new LiveMeter(7, 4);
    try (PinnedThreads threads = new PinnedThreads();
        ConntrackRoom room = new ConntrackRoom(Traffic.MILLION);
        LiveContender nftables = new NftablesNat(threads, Family.IPV4);
        LiveContender roomy = BareRedirect.withRoom(threads)) {
      Run run = new Run(report, meter, threads, nftables, roomy);
      if (report.quick()) {
        run.quick();
      } else {
        run.xdp();
        run.tc();
      }
    }
  }

  /** One run of this part. */
  private record Run(Report report, LiveMeter meter, PinnedThreads threads, LiveContender nftables, LiveContender roomy) {
    void quick() {
      try (LiveContender bare = new BareRedirect(Hook.XDP, threads)) {
        together(bare, REQUESTS, new LiveKind(1, Traffic.SMALL, 1));
        alone(bare, List.of(Method.DR), new LiveKind(Traffic.MILLION, Traffic.SMALL, 1));
      }
      try (LiveContender bare = new BareRedirect(Hook.TC, threads)) {
        together(bare, List.of(Mode.DR, Mode.NAT_IN), new LiveKind(1, Traffic.SMALL, 1));
      }
    }

    void xdp() {
      try (LiveContender bare = new BareRedirect(Hook.XDP, threads)) {
        together(bare, ALL, new LiveKind(1, Traffic.SMALL, 1), new LiveKind(Traffic.MANY, Traffic.SMALL, 1), new LiveKind(1, Traffic.LARGE, 1));
        alone(bare, List.of(Method.values()), new LiveKind(Traffic.MILLION, Traffic.SMALL, 1));
        alone(bare, List.of(Method.DR), new LiveKind(Traffic.MILLION, Traffic.LARGE, 1));
        ringFirst(bare, LiveKind.ringFirst(Traffic.MILLION));
        together(bare, List.of(Mode.DR, Mode.TUN, Mode.NAT_IN), new LiveKind(Family.IPV6, 1, Traffic.SMALL, 1));
        together(bare, REQUESTS, new LiveKind(1, Traffic.SMALL, threads.count()));
        alone(bare, List.of(Method.DR), new LiveKind(Traffic.MILLION / threads.count(), Traffic.SMALL, threads.count()));
      }
    }

    void tc() {
      try (LiveContender bare = new BareRedirect(Hook.TC, threads)) {
        together(bare, ALL, new LiveKind(1, Traffic.SMALL, 1), new LiveKind(1, Traffic.LARGE, 1));
        together(bare, List.of(Mode.DR, Mode.NAT_IN), new LiveKind(1, Traffic.SMALL, threads.count()));
        alone(bare, List.of(Method.DR), new LiveKind(Traffic.MILLION, Traffic.SMALL, 1));
      }
    }

    /** Modes in turns, in one director, which has room for the connections of all of them. */
    private void together(LiveContender bare, List<Mode> modes, LiveKind... kinds) {
      try (LiveContender xlvs = new LiveDirector(bare.bed().hook(), threads, capacities(CONNECTIONS, CACHE_LINES));
          LiveContender floor = LiveFloor.b(CACHE_LINES, threads)) {
        for (LiveKind kind : kinds) {
          compare(bare, xlvs, floor, modes, kind);
        }
      }
    }

    /** A director for each method, with a flow cache that holds its connections in both directions, and a floor with as large a cache. */
    private void alone(LiveContender bare, List<Method> methods, LiveKind kind) {
      for (Method method : methods) {
        int lines = method == Method.NAT || method == Method.FULLNAT ? 2 * CACHE_LINES : CACHE_LINES;
        try (LiveContender xlvs = new LiveDirector(bare.bed().hook(), threads, capacities(Traffic.MILLION, lines));
            LiveContender floor = LiveFloor.b(lines, threads)) {
          compare(bare, xlvs, floor, ALL.stream().filter(mode -> mode.method == method).toList(), kind);
        }
      }
    }

    /** One after the other: they share a ring. */
    private void ringFirst(LiveContender bare, LiveKind kind) {
      try (LiveContender xlvs = LiveDirector.ringFirst(threads, capacities(CONNECTIONS, CACHE_LINES)); LiveContender floor = LiveFloor.c(threads)) {
        for (Mode mode : List.of(Mode.DR, Mode.TUN)) {
          new LiveComparison(bare, xlvs, List.of(mode), kind).limit(floor, mode).run(meter, report);
        }
      }
    }

    private void compare(LiveContender bare, LiveContender xlvs, LiveContender floor, List<Mode> modes, LiveKind kind) {
      LiveComparison comparison = new LiveComparison(bare, xlvs, modes, kind);
      if (bare.bed().hook() == Hook.TC) {
        comparison.limit(roomy, Mode.TUN);
      } else if (kind.isBarred()) {
        comparison.floor(floor);
      }
      if (kind.family() == Family.IPV4 && !(report.quick() && kind.flows() == Traffic.MILLION)) {
        comparison.nftables(nftables);
      }
      comparison.run(meter, report);
    }

    private static Capacities capacities(int connections, int lines) {
      return new Capacities(connections, 1 << 14, 1024, 1024, 1024, 1024, 1 << 15, 1 << 14, 1 << 10, 1 << 10, 64, lines, 1 << 16);
    }
  }
}
