// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Capacities;
import io.xlvs.bpf.Family;
import io.xlvs.bpf.Method;
import io.xlvs.bpf.Pick;
import io.xlvs.perf.LiveBed.Hook;
import java.util.Arrays;
import java.util.List;

/** Packets a second: live frames through veth devices into the director and out to where they are counted. */
final class Live implements Part {
  /** Two decisions of IPv4 find room in a line: half of all places are taken by a million flows in both directions, a quarter in one. */
  private static final int CACHE_LINES = 1 << 21;

  /** What xlvsd takes by itself on two CPUs: a cache many times as large would cost thousands of flows a miss in the TLB each. */
  private static final int DEFAULT_LINES = 1 << 18;

  /** A million connections of one method beside thousands of the others. */
  private static final Capacities CAPACITIES = capacities(CACHE_LINES);

  /** One direction of each method. */
  private static final List<Mode> REQUESTS = List.of(Mode.DR, Mode.TUN, Mode.NAT_IN, Mode.FULLNAT_IN);

  private static final List<Mode> ALL = Arrays.asList(Mode.values());

  private static Capacities capacities(int lines) {
    return new Capacities(
        Traffic.MILLION + (1 << 18), 1 << 14, 1024, 1024, 1024, 1024, 1 << 15, 1 << 14, 1 << 10, 1 << 10, 64, lines);
  }

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
    LiveMeter meter = report.quick() ? new LiveMeter(3, new Patience(1, 3)) : new LiveMeter(7, new Patience(2, 20));
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
      try (LiveContender bare = new BareRedirect(Hook.XDP, threads); LiveDirector xlvs = new LiveDirector(Hook.XDP, threads, CAPACITIES)) {
        together(bare, xlvs, REQUESTS, new LiveKind(1, Traffic.SMALL, 1));
        alone(bare, xlvs, List.of(Method.DR), new LiveKind(Traffic.MILLION, Traffic.SMALL, 1));
      }
      try (LiveContender bare = new BareRedirect(Hook.TC, threads); LiveDirector xlvs = new LiveDirector(Hook.TC, threads, CAPACITIES)) {
        together(bare, xlvs, List.of(Mode.DR, Mode.NAT_IN), new LiveKind(1, Traffic.SMALL, 1));
      }
    }

    void xdp() {
      try (LiveContender bare = new BareRedirect(Hook.XDP, threads)) {
        try (LiveDirector xlvs = new LiveDirector(Hook.XDP, threads, capacities(DEFAULT_LINES))) {
          together(bare, xlvs, ALL, new LiveKind(1, Traffic.SMALL, 1), new LiveKind(Traffic.MANY, Traffic.SMALL, 1), new LiveKind(1, Traffic.LARGE, 1));
          together(bare, xlvs, List.of(Mode.DR, Mode.TUN, Mode.NAT_IN), new LiveKind(Family.IPV6, 1, Traffic.SMALL, 1));
          together(bare, xlvs, REQUESTS, new LiveKind(1, Traffic.SMALL, threads.count()));
        }
        try (LiveDirector xlvs = new LiveDirector(Hook.XDP, threads, CAPACITIES)) {
          alone(bare, xlvs, List.of(Method.values()), new LiveKind(Traffic.MILLION, Traffic.SMALL, 1));
          alone(bare, xlvs, List.of(Method.DR), new LiveKind(Traffic.MILLION, Traffic.LARGE, 1),
              new LiveKind(Traffic.MILLION / threads.count(), Traffic.SMALL, threads.count()));
        }
        for (Pick ring : List.of(Pick.MH, Pick.SH)) {
          ringFirst(bare, LiveKind.ringFirst(Traffic.MILLION, ring));
        }
      }
    }

    void tc() {
      try (LiveContender bare = new BareRedirect(Hook.TC, threads); LiveDirector xlvs = new LiveDirector(Hook.TC, threads, CAPACITIES)) {
        together(bare, xlvs, ALL, new LiveKind(1, Traffic.SMALL, 1), new LiveKind(1, Traffic.LARGE, 1));
        together(bare, xlvs, List.of(Mode.DR, Mode.NAT_IN), new LiveKind(1, Traffic.SMALL, threads.count()));
        alone(bare, xlvs, List.of(Method.DR), new LiveKind(Traffic.MILLION, Traffic.SMALL, 1));
      }
    }

    /** Modes in turns: there is room for the connections of all of them. */
    private void together(LiveContender bare, LiveContender xlvs, List<Mode> modes, LiveKind... kinds) {
      try (LiveContender floor = LiveFloor.b(DEFAULT_LINES, threads)) {
        for (LiveKind kind : kinds) {
          compare(bare, xlvs, floor, modes, kind);
        }
      }
    }

    /** One method after the other: the flow cache is theirs, and the floor's, as large a one, is. */
    private void alone(LiveContender bare, LiveDirector xlvs, List<Method> methods, LiveKind... kinds) {
      for (Method method : methods) {
        try (LiveContender floor = LiveFloor.b(CACHE_LINES, threads)) {
          for (LiveKind kind : kinds) {
            compare(bare, xlvs, floor, ALL.stream().filter(mode -> mode.method == method).toList(), kind);
          }
        }
        xlvs.forget(Plan.of(method, Family.IPV4, Transport.TCP));
      }
    }

    /** One after the other: they share a ring. */
    private void ringFirst(LiveContender bare, LiveKind kind) {
      try (LiveContender xlvs = LiveDirector.ringFirst(threads, CAPACITIES, kind.ring()); LiveContender floor = LiveFloor.c(threads)) {
        for (Mode mode : List.of(Mode.DR, Mode.TUN)) {
          new LiveComparison(bare, xlvs, List.of(mode), kind).limit(floor, mode).run(meter, report);
        }
      }
    }

    private void compare(LiveContender bare, LiveContender xlvs, LiveContender floor, List<Mode> modes, LiveKind kind) {
      LiveComparison comparison = new LiveComparison(bare, xlvs, modes, kind);
      if (bare.bed().hook() == Hook.TC) {
        comparison.limit(roomy, Mode.TUN);
      } else if (kind.hasFloor()) {
        comparison.floor(floor);
      }
      if (kind.family() == Family.IPV4 && !(report.quick() && kind.flows() == Traffic.MILLION)) {
        comparison.nftables(nftables);
      }
      comparison.run(meter, report);
    }
  }
}
