// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Capacities;
import io.xlvs.bpf.Family;
import io.xlvs.bpf.Method;
import io.xlvs.bpf.Pick;
import io.xlvs.perf.Scenario.Situation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A DR service with more and more servers: an established flow of one of them, 65,536 flows of all of them in turn, and new connections. */
final class GrowthOfServers {
  private static final Plan PLAN = Plan.of(Method.DR, Family.IPV4, Transport.TCP);
  private static final int PACKETS = 100_000;
  private static final int NEW_PACKETS = 20_000;
  private static final int FLOWS = 1 << 16;

  /** A hit costs nothing more; a nanosecond is what can be told. */
  private static final int BARRED = 10_000;
  private static final double MORE_NS = 1;

  /** wlc looks at each server: beyond that there is nothing to learn. */
  private static final int LONGEST_SCAN = 1000;

  private final Lab lab;
  private final Meter meter;
  private final Report report;
  private final List<Integer> sizes;

  GrowthOfServers(Lab lab, Meter meter, Report report) {
    this.lab = lab;
    this.meter = meter;
    this.report = report;
    this.sizes = report.quick() ? List.of(1, BARRED) : List.of(1, 100, LONGEST_SCAN, BARRED, 100_000);
  }

  void run() {
    Map<Integer, Director> directors = new TreeMap<>();
    try {
      for (int size : sizes) {
        Director director = new Director(lab, capacities(size), List.of(PLAN), 1);
        directors.put(size, director);
        director.schedule(PLAN, Pick.NEXT, size);
        director.establish(PLAN, FLOWS, size);
      }
      hit("hit", 1, directors, size -> size == BARRED ? Bar.moreAtMost(MORE_NS) : Bar.NONE);
      hit("hit of all", FLOWS, directors, size -> Bar.NONE);
      connect("rr", Pick.NEXT, directors);
      connect("mh", Pick.MH, directors);
      Map<Integer, Director> scanned = new TreeMap<>(directors);
      scanned.keySet().removeIf(size -> size > LONGEST_SCAN);
      if (scanned.size() > 1) {
        connect("wlc", Pick.WLC, scanned);
      }
    } finally {
      directors.values().forEach(Director::close);
    }
  }

  private static Capacities capacities(int servers) {
    int slots = 1024 + servers;
    return new Capacities(1 << 17, 1 << 18, 1024, 1024, 1024, slots, 1 << 18, 1 << 10, 1 << 10, 1 << 10, 64, 1 << 16);
  }

  private void hit(String what, int flows, Map<Integer, Director> directors, Growth.Asked asked) {
    Growth.Line line = new Growth.Line("servers", what, "DR " + what, "servers");
    Map<Integer, Long> before = packets(directors);
    Meter.Measurement measured = measure(line, Math.max(PACKETS, flows), directors, Shape.request(PLAN, Frames.ACK, flows));
    requireAll(line, directors, before, measured);
    Growth.report(report, line, List.copyOf(directors.keySet()), measured, asked);
  }

  private void connect(String scheduler, Pick pick, Map<Integer, Director> directors) {
    directors.forEach((size, director) -> director.schedule(PLAN, pick, size));
    Growth.Line line = new Growth.Line("servers", "new, " + scheduler, "DR new, " + scheduler, "servers");
    Map<Integer, Long> before = packets(directors);
    Meter.Measurement measured = measure(line, NEW_PACKETS, directors, Shape.request(PLAN, Frames.SYN, Situation.NEW.flows));
    requireAll(line, directors, before, measured);
    Growth.report(report, line, List.copyOf(directors.keySet()), measured, size -> Bar.NONE);
  }

  private Meter.Measurement measure(Growth.Line line, int count, Map<Integer, Director> directors, Shape shape) {
    Map<String, Meter.Sent> sent = new LinkedHashMap<>();
    directors.forEach((size, director) -> Growth.put(sent, line, size, director.xdp(), shape));
    return meter.measure(count, count, Meter.XDP_TX, sent);
  }

  private static Map<Integer, Long> packets(Map<Integer, Director> directors) {
    Map<Integer, Long> packets = new TreeMap<>();
    directors.forEach((size, director) -> packets.put(size, director.packets(size)));
    return packets;
  }

  private static void requireAll(
      Growth.Line line, Map<Integer, Director> directors, Map<Integer, Long> before, Meter.Measurement measured) {
    packets(directors).forEach((size, now) -> Growth.requireAll(line.name(size), now - before.get(size), measured));
  }
}
