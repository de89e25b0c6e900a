// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Method;
import io.xlvs.perf.LiveBed.Hook;
import io.xlvs.perf.LiveMeter.Lane;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** One measurement: xlvs in some modes with one kind of packets, and in the same turns what it is set beside. */
final class LiveComparison {
  private final LiveContender bare;
  private final LiveKind kind;
  private final List<Lane> ours;
  private final Map<Mode, Lane> limits = new EnumMap<>(Mode.class);
  private Lane nftables;

  LiveComparison(LiveContender bare, LiveContender xlvs, List<Mode> modes, LiveKind kind) {
    this.bare = bare;
    this.kind = kind;
    this.ours = modes.stream().map(mode -> new Lane(xlvs, kind.traffic(mode))).toList();
  }

  /** With nftables, which gets NAT's requests. */
  LiveComparison nftables(LiveContender contender) {
    nftables = new Lane(contender, kind.traffic(Mode.NAT_IN));
    return this;
  }

  /** With the least that these modes can be, beside those of them that are measured. */
  LiveComparison limit(LiveContender least, Mode... modes) {
    ours.stream().map(lane -> lane.traffic().mode()).filter(List.of(modes)::contains)
        .forEach(mode -> limits.put(mode, new Lane(least, kind.traffic(mode))));
    return this;
  }

  /** With floor B beside all modes; FULLNAT, which it has not, does what NAT does and more. */
  LiveComparison floor(LiveContender floor) {
    limit(floor, Mode.DR, Mode.TUN, Mode.NAT_IN, Mode.NAT_OUT);
    for (Lane lane : ours) {
      if (lane.traffic().mode().method == Method.FULLNAT) {
        limits.put(lane.traffic().mode(), new Lane(floor, kind.traffic(lane.traffic().mode().reply ? Mode.NAT_OUT : Mode.NAT_IN)));
      }
    }
    return this;
  }

  /** Makes the connections, measures, reports. */
  void run(LiveMeter meter, Report report) {
    List<Lane> lanes = Stream.of(ours, limits.values(), nftables == null ? List.<Lane>of() : List.of(nftables))
        .flatMap(Collection::stream).distinct().toList();
    lanes.forEach(lane -> lane.contender().establish(lane.traffic(), kind.cpus()));
    LiveMeter.Measurement measured = meter.measure(new Lane(bare, kind.traffic(Mode.DR)), lanes, kind.cpus());
    if (nftables != null) {
      Figure limit = Figure.of(bare.name() + " " + kind.label(), "Mpps", measured.bare()).disturbed(measured.disturbed());
      report.add(limit.beside(nftables.contender().name(), measured.lanes().get(nftables), Bar.NONE));
    }
    ours.forEach(lane -> report.add(figure(lane, measured)));
  }

  private Figure figure(Lane lane, LiveMeter.Measurement measured) {
    Hook hook = bare.bed().hook();
    Mode mode = lane.traffic().mode();
    String label = (hook == Hook.TC ? "tc " : "") + mode.label() + " " + kind.label();
    Figure figure = Figure.of(label, "Mpps", measured.lanes().get(lane))
        .disturbed(measured.disturbed())
        .beside(bare.name(), measured.bare(), LiveBars.besideBare(hook, mode, kind))
        .limitedBy(bare.name(), measured.bare());
    Lane limit = limits.get(mode);
    if (limit != null) {
      Series least = measured.lanes().get(limit);
      String name = limit.contender().name() + (limit.traffic().mode() == mode ? "" : ", NAT");
      figure = figure.beside(name, least, Bar.NONE).limitedBy(name, least);
    }
    return nftables == null
        ? figure
        : figure.beside(nftables.contender().name(), measured.lanes().get(nftables), LiveBars.besideNftables(hook, kind));
  }
}
