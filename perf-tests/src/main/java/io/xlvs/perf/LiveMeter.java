// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures contenders in turns of short bursts, and counts the quiet turns: those in which the bare redirect, measured first and
 * last, is about as fast as it ever was with such frames. It alone decides; what is to be measured has no say.
 */
final class LiveMeter {
  /** How much slower than its best the bare redirect may be. */
  private static final double QUIET = 1.08;

  /** What loses packets looks fast. */
  private static final double ARRIVING = 0.999;

  private final int kept;
  private final Patience patience;
  private final Map<String, Double> fastest = new HashMap<>();

  /**
   * @param kept turns that count
   */
  LiveMeter(int kept, Patience patience) {
    this.kept = kept;
    this.patience = patience;
  }

  /** Who gets which packets. */
  record Lane(LiveContender contender, Traffic traffic) {
    String label() {
      return contender.name() + ", " + traffic.label();
    }
  }

  /**
   * What came out.
   *
   * @param bare millions of packets a second by the bare redirect
   * @param lanes the same by lane
   * @param disturbed whether there were not enough quiet turns
   */
  record Measurement(Series bare, Map<Lane, Series> lanes, boolean disturbed) {}

  private record Turn(double bare, Map<Lane, Double> mpps) {}

  /** Measures lanes, whose connections have been made, beside a bare redirect, on so many CPUs. */
  Measurement measure(Lane bare, List<Lane> lanes, int cpus) {
    turn(bare, lanes, cpus);
    String bed = bare.contender.name() + bare.traffic.label() + cpus;
    List<Turn> turns = new ArrayList<>();
    Runnable next = () -> {
      turns.add(turn(bare, lanes, cpus));
      fastest.merge(bed, turns.get(turns.size() - 1).bare, Math::max);
    };
    while (turns.size() < kept) {
      next.run();
    }
    patience.until(() -> quiet(bed, turns) >= kept, next);
    boolean disturbed = quiet(bed, turns) < kept;
    turns.sort(Comparator.comparingDouble(turn -> -turn.bare));
    List<Turn> counting = turns.subList(0, kept);
    Map<Lane, Series> series = new LinkedHashMap<>();
    for (Lane lane : lanes) {
      series.put(lane, new Series(counting.stream().mapToDouble(turn -> turn.mpps.get(lane)).toArray()));
    }
    return new Measurement(new Series(counting.stream().mapToDouble(Turn::bare).toArray()), series, disturbed);
  }

  private long quiet(String bed, List<Turn> turns) {
    return turns.stream().filter(turn -> turn.bare * QUIET >= fastest.get(bed)).count();
  }

  private static Turn turn(Lane bare, List<Lane> lanes, int cpus) {
    double before = burst(bare, cpus);
    Map<Lane, Double> mpps = new LinkedHashMap<>();
    for (Lane lane : lanes) {
      mpps.put(lane, burst(lane, cpus));
    }
    return new Turn(Math.min(before, burst(bare, cpus)), mpps);
  }

  private static double burst(Lane lane, int cpus) {
    int frames = lane.contender.bed().hook().frames;
    LiveFrames.Burst burst = lane.contender.bed().frames().burst(lane.traffic, lane.contender.arrival(lane.traffic), cpus, frames);
    if (burst.arrived() < ARRIVING * burst.sent() || burst.wrong() > 0) {
      throw new IllegalStateException(
          lane.label() + ": of " + burst.sent() + " frames " + burst.arrived() + " arrived as they have to, " + burst.wrong() + " otherwise");
    }
    return burst.mpps();
  }
}
