// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Capacities;
import io.xlvs.bpf.Family;
import io.xlvs.bpf.Method;
import io.xlvs.perf.LiveBed.Hook;
import io.xlvs.perf.LiveMeter.Lane;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Packets a second: live frames through veth devices into the director and out to where they are counted. */
final class Live implements Part {
  private static final int CONNECTIONS = 1 << 18;
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
        + "bed, and nftables with a DNAT rule, which gets the same packets of connections that it knows.";
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

  /** What packets are alike in: all but the mode. */
  private record Kind(Family family, int flows, int bytes, int cpus) {
    Kind(int flows, int bytes, int cpus) {
      this(Family.IPV4, flows, bytes, cpus);
    }

    String label() {
      return traffic(Mode.DR).kind() + (cpus == 1 ? "" : " a core, " + cpus + " cores");
    }

    Traffic traffic(Mode mode) {
      return new Traffic(mode, family, Transport.TCP, flows, bytes);
    }
  }

  /** One run of this part. */
  private record Run(Report report, LiveMeter meter, PinnedThreads threads, LiveContender nftables, LiveContender roomy) {
    void quick() {
      try (LiveContender bare = new BareRedirect(Hook.XDP, threads)) {
        together(bare, REQUESTS, new Kind(1, Traffic.SMALL, 1));
        alone(bare, List.of(Method.DR), new Kind(Traffic.MILLION, Traffic.SMALL, 1));
      }
      try (LiveContender bare = new BareRedirect(Hook.TC, threads)) {
        together(bare, List.of(Mode.DR, Mode.NAT_IN), new Kind(1, Traffic.SMALL, 1));
      }
    }

    void xdp() {
      try (LiveContender bare = new BareRedirect(Hook.XDP, threads)) {
        together(bare, ALL, new Kind(1, Traffic.SMALL, 1), new Kind(Traffic.MANY, Traffic.SMALL, 1), new Kind(1, Traffic.LARGE, 1));
        alone(bare, List.of(Method.values()), new Kind(Traffic.MILLION, Traffic.SMALL, 1));
        alone(bare, List.of(Method.DR), new Kind(Traffic.MILLION, Traffic.LARGE, 1));
        together(bare, List.of(Mode.DR, Mode.TUN, Mode.NAT_IN), new Kind(Family.IPV6, 1, Traffic.SMALL, 1));
        together(bare, REQUESTS, new Kind(1, Traffic.SMALL, threads.count()));
        alone(bare, List.of(Method.DR), new Kind(Traffic.MILLION / threads.count(), Traffic.SMALL, threads.count()));
      }
    }

    void tc() {
      try (LiveContender bare = new BareRedirect(Hook.TC, threads)) {
        together(bare, ALL, new Kind(1, Traffic.SMALL, 1), new Kind(1, Traffic.LARGE, 1));
        together(bare, List.of(Mode.DR, Mode.NAT_IN), new Kind(1, Traffic.SMALL, threads.count()));
        alone(bare, List.of(Method.DR), new Kind(Traffic.MILLION, Traffic.SMALL, 1));
      }
    }

    /** Modes in turns, in one director, which has room for the connections of all of them. */
    private void together(LiveContender bare, List<Mode> modes, Kind... kinds) {
      try (LiveContender xlvs = new LiveDirector(bare.bed().hook(), threads, capacities(CONNECTIONS))) {
        for (Kind kind : kinds) {
          compare(bare, xlvs, modes, kind);
        }
      }
    }

    /** A director for each method, with a flow cache that holds its connections. */
    private void alone(LiveContender bare, List<Method> methods, Kind kind) {
      for (Method method : methods) {
        try (LiveContender xlvs = new LiveDirector(bare.bed().hook(), threads, capacities(Traffic.MILLION))) {
          compare(bare, xlvs, ALL.stream().filter(mode -> mode.method == method).toList(), kind);
        }
      }
    }

    private void compare(LiveContender bare, LiveContender xlvs, List<Mode> modes, Kind kind) {
      List<Lane> ours = modes.stream().map(mode -> new Lane(xlvs, kind.traffic(mode))).toList();
      List<Lane> lanes = new ArrayList<>(ours);
      Lane theirs = new Lane(nftables, kind.traffic(Mode.NAT_IN));
      boolean withNftables = kind.family == Family.IPV4 && !(report.quick() && kind.flows == Traffic.MILLION);
      if (withNftables) {
        lanes.add(theirs);
      }
      Lane tunnels = new Lane(roomy, kind.traffic(Mode.TUN));
      boolean withTunnels = bare.bed().hook() == Hook.TC && modes.contains(Mode.TUN);
      if (withTunnels) {
        lanes.add(tunnels);
      }
      lanes.forEach(lane -> lane.contender().establish(lane.traffic(), kind.cpus));
      LiveMeter.Measurement measured = meter.measure(new Lane(bare, kind.traffic(Mode.DR)), lanes, kind.cpus);
      if (withNftables) {
        Figure limit = Figure.of(bare.name() + " " + kind.label(), "Mpps", measured.bare()).disturbed(measured.disturbed());
        report.add(limit.beside(nftables.name(), measured.lanes().get(theirs), Bar.NONE));
      }
      for (Lane lane : ours) {
        Figure figure =
            Figure.of(label(lane, kind), "Mpps", measured.lanes().get(lane))
                .disturbed(measured.disturbed())
                .beside(bare.name(), measured.bare(), LiveBars.besideBare(bare.bed().hook(), lane.traffic(), kind.cpus))
                .limitedBy(bare.name(), measured.bare());
        if (withTunnels && lane.traffic().mode() == Mode.TUN) {
          Series room = measured.lanes().get(tunnels);
          figure = figure.beside(roomy.name(), room, Bar.NONE).limitedBy(roomy.name(), room);
        }
        report.add(
            withNftables
                ? figure.beside(nftables.name(), measured.lanes().get(theirs), LiveBars.besideNftables(bare.bed().hook(), kind.flows, kind.cpus))
                : figure);
      }
    }

    private static String label(Lane lane, Kind kind) {
      String hook = lane.contender().bed().hook() == Hook.TC ? "tc " : "";
      return hook + lane.traffic().mode().label() + " " + kind.label();
    }

    private static Capacities capacities(int connections) {
      return new Capacities(connections, 1 << 14, 1024, 1024, 1024, 1024, 1 << 14, 1 << 14, 1 << 10, 1 << 10, 64, CACHE_LINES, 1 << 16);
    }
  }
}
