// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Capacities;
import io.xlvs.bpf.Family;
import io.xlvs.perf.LiveBed.Hook;
import io.xlvs.perf.LiveFrames.Burst;
import io.xlvs.perf.LiveMeter.Lane;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Real IPVS beside xlvs, in turns, with the packets and beds of part "live", in a guest whose nanoseconds are instructions: figures are
 * instructions a packet, of all that happens to it from its making to its counting.
 */
final class IpvsRun implements Part {
  static final String NAME = "ipvs";
  static final int TURNS = 7;
  static final List<Integer> FLOWS = List.of(1, 1 << 12);
  static final List<Mode> MODES = List.of(Mode.DR, Mode.TUN, Mode.NAT_IN, Mode.NAT_OUT);

  /** The beds do nothing but send a packet on: which method it is meant for is all the same. */
  static final Mode BED_MODE = Mode.DR;

  static final String BED_XDP = "bare XDP redirect";
  static final String BED_TC = "bare tc redirect";
  static final String BED_STACK = "plain routing";
  static final String XDP = "xlvs, native XDP";
  static final String TC = "xlvs, tc";
  static final String IPVS = "IPVS";

  /** Of a burst: each flow four times. */
  private static final int FRAMES = 1 << 14;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String title() {
    return "Instructions a packet: made, received, forwarded, received again and counted.";
  }

  /** A figure's name: found again by {@link IpvsTable}. */
  static String label(Mode mode, int flows, String contender) {
    return traffic(mode, flows).label() + ": " + contender;
  }

  private static Traffic traffic(Mode mode, int flows) {
    return new Traffic(mode, Family.IPV4, Transport.TCP, flows, Traffic.SMALL);
  }

  @Override
  public void run(Report report) {
    Capacities capacities = new Capacities(1 << 17, 1 << 12, 64, 64, 64, 64, 1 << 12, 1 << 12, 1 << 10, 1 << 10, 64, 1 << 16);
    try (PinnedThreads threads = new PinnedThreads();
        LiveContender bedXdp = new BareRedirect(Hook.XDP, threads);
        LiveContender bedTc = new BareRedirect(Hook.TC, threads);
        LiveContender bedStack = new PlainRoute(threads);
        LiveContender xdp = new LiveDirector(Hook.XDP, threads, capacities);
        LiveContender tc = new LiveDirector(Hook.TC, threads, capacities);
        LiveContender ipvs = new Ipvs(threads)) {
      threads.precede();
      for (int flows : FLOWS) {
        Map<String, Lane> lanes = new LinkedHashMap<>();
        List.of(bedXdp, bedTc, bedStack).forEach(bed -> put(lanes, bed.name(), bed, BED_MODE, flows));
        for (Mode mode : MODES) {
          put(lanes, XDP, xdp, mode, flows);
          put(lanes, TC, tc, mode, flows);
          put(lanes, ipvs.name(), ipvs, mode, flows);
        }
        measure(lanes).forEach((label, instructions) -> report.add(Figure.of(label, "instructions", instructions)));
      }
    }
  }

  private static void put(Map<String, Lane> lanes, String name, LiveContender contender, Mode mode, int flows) {
    lanes.put(label(mode, flows, name), new Lane(contender, traffic(mode, flows)));
  }

  private static Map<String, Series> measure(Map<String, Lane> lanes) {
    lanes.forEach((label, lane) -> {
      lane.contender().establish(lane.traffic(), 1);
      instructions(label, lane);
    });
    Map<String, List<Double>> turns = new LinkedHashMap<>();
    for (int turn = 0; turn < TURNS; turn++) {
      lanes.forEach((label, lane) -> turns.computeIfAbsent(label, none -> new ArrayList<>()).add(instructions(label, lane)));
    }
    Map<String, Series> series = new LinkedHashMap<>();
    turns.forEach((label, values) -> series.put(label, new Series(values.stream().mapToDouble(Double::doubleValue).toArray())));
    return series;
  }

  /** Of one packet; fails unless every frame of a burst arrives and is addressed right. */
  private static double instructions(String label, Lane lane) {
    LiveContender contender = lane.contender();
    Burst burst = contender.bed().frames().burst(lane.traffic(), contender.arrival(lane.traffic()), 1, FRAMES);
    if (burst.arrived() != burst.sent()) {
      throw new IllegalStateException(
          label + ": of " + burst.sent() + " frames " + burst.arrived() + " arrived as they have to, " + burst.wrong() + " otherwise");
    }
    return burst.nsEach();
  }
}
