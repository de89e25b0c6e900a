// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Capacities;
import io.xlvs.bpf.Family;
import io.xlvs.bpf.Method;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.loader.Bpf;
import io.xlvs.perf.Scenario.Situation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * More and more established flows that take turns, each with its connection and room in the flow cache: half of its ways are in use.
 * Beside them floor B with as many flows and as large a cache, since it is memory that grows slow.
 */
final class GrowthOfConnections {
  private static final List<Plan> PLANS =
      Arrays.stream(Method.values()).map(GrowthOfConnections::plan).toList();

  /** What a turn sends of each size: some of the flows, the next turn the next ones. */
  private static final int PACKETS = 1 << 17;

  /** Of floor B: a line of two ways, on each CPU. */
  private static final long FLOOR_LINE_BYTES = 64;

  /** What may be taken of the memory that is there. */
  private static final double SHARE = 0.7;

  private final Lab lab;
  private final Harness harness;
  private final Meter meter;
  private final Report report;

  GrowthOfConnections(Lab lab, Harness harness, Meter meter, Report report) {
    this.lab = lab;
    this.harness = harness;
    this.meter = meter;
    this.report = report;
  }

  void run() {
    List<Integer> sizes = fitting(report.quick() ? List.of(1, 1 << 17) : List.of(1, 1 << 14, 1 << 17, 1 << 20, 1 << 23));
    Map<Integer, Director> directors = new TreeMap<>();
    try {
      for (int size : sizes) {
        directors.put(size, new Director(lab, capacities(size), PLANS, PLANS.size()));
      }
      for (Method method : report.quick() ? List.of(Method.DR) : List.of(Method.DR, Method.TUN, Method.FULLNAT)) {
        Map<Integer, Director> some = new TreeMap<>(directors);
        some.keySet().retainAll(wanted(method));
        method(method, some);
        some.values().forEach(director -> director.forget(plan(method)));
      }
      method(Method.NAT, directors);
    } finally {
      directors.values().forEach(Director::close);
    }
  }

  /** The most for NAT alone, in both directions: the others take the same tables. */
  private static List<Integer> wanted(Method method) {
    return method == Method.DR ? List.of(1, 1 << 14, 1 << 17, 1 << 20) : List.of(1, 1 << 17, 1 << 20);
  }

  /** Its connections alone are there; the directors serve all methods, since it takes seconds to load one. */
  private void method(Method method, Map<Integer, Director> directors) {
    Plan plan = plan(method);
    Map<Integer, FloorB> floors = new TreeMap<>();
    directors.forEach((size, director) -> director.establish(plan, size));
    try {
      if (FloorB.hasFloor(method, Family.IPV4)) {
        directors.keySet().forEach(size -> floors.put(size, new FloorB(lines(size))));
      }
      for (Mode mode : Mode.values()) {
        if (mode.method == method) {
          hit(mode, plan, directors, floors);
        }
      }
    } finally {
      floors.values().forEach(FloorB::close);
    }
  }

  private static Plan plan(Method method) {
    return Plan.of(method, Family.IPV4, Transport.TCP);
  }

  /** Those for which there is memory; says which there is none for. */
  private List<Integer> fitting(List<Integer> wanted) {
    double free = SHARE * availableBytes();
    List<Integer> sizes = new ArrayList<>();
    long sum = 0;
    for (int size : wanted) {
      sum += bytes(size);
      if (sum > free) {
        report.write(String.format(
            Locale.ROOT, "%,d connections are left out: all sizes up to that take %,d MiB, and %,.0f MiB may be taken.%n", size, sum >> 20,
            free / (1 << 20)));
        break;
      }
      sizes.add(size);
    }
    return sizes;
  }

  private static long bytes(int size) {
    long ours = XlvsObjects.memoryBytes(capacities(size)).values().stream().mapToLong(bytes -> bytes).sum();
    return ours + FLOOR_LINE_BYTES * lines(size) * Bpf.possibleCpus();
  }

  private static long availableBytes() {
    try (var lines = Files.lines(Path.of("/proc/meminfo"))) {
      return lines.filter(line -> line.startsWith("MemAvailable:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10).findFirst().orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read /proc/meminfo", e);
    }
  }

  /** Two ways each, half of them in use where replies have theirs, else a quarter. */
  private static int lines(int flows) {
    return Math.max(1 << 12, 2 * flows);
  }

  private static Capacities capacities(int flows) {
    int connections = Math.max(1 << 12, flows);
    return new Capacities(connections, 1 << 12, 1024, 1024, 1024, 1024, 1 << 18, 1 << 14, 1 << 10, 1 << 10, 64, lines(flows));
  }

  private void hit(Mode mode, Plan plan, Map<Integer, Director> directors, Map<Integer, FloorB> floors) {
    Growth.Line line = new Growth.Line("connections", mode.label(), mode.label() + " hit", "connections");
    Map<Integer, Shape> shapes = new TreeMap<>();
    Map<String, Meter.Sent> sent = new LinkedHashMap<>();
    Map<Integer, Long> before = new TreeMap<>();
    for (int size : directors.keySet()) {
      Shape shape = mode.reply ? Shape.reply(plan, Frames.ACK, size) : Shape.request(plan, Frames.ACK, size);
      shapes.put(size, shape);
      Director director = directors.get(size);
      visitAll(new Meter.Sent(director.xdp(), shape));
      Growth.put(sent, line, size, director.xdp(), shape);
      if (!floors.isEmpty()) {
        visitAll(new Meter.Sent(floors.get(size).program(), shape));
        sent.put("floor B, " + line.size(size), new Meter.Sent(floors.get(size).program(), shape));
      }
      before.put(size, director.packets(plan));
    }
    int count = report.quick() ? PACKETS / 2 : PACKETS;
    Meter.Measurement measured = meter.measure(count, count, Meter.XDP_TX, sent);
    directors.forEach((size, director) -> Growth.requireAll(line.name(size), director.packets(plan) - before.get(size), measured));
    report(line, List.copyOf(directors.keySet()), measured, !floors.isEmpty());
  }

  /** One packet of each flow, for the cache to know it. */
  private void visitAll(Meter.Sent sent) {
    harness.send(sent.shape());
    harness.run(sent.program(), sent.shape().flows());
  }

  private void report(Growth.Line line, List<Integer> sizes, Meter.Measurement measured, boolean hasFloor) {
    int smallest = sizes.get(0);
    for (int size : sizes) {
      Series series = Growth.net(measured, line.size(size));
      Figure figure = Figure.of(line.name(size), "ns", series).disturbed(measured.disturbed()).at(line.plot(), line.line(), size);
      if (hasFloor) {
        figure = figure.beside("floor B", Growth.net(measured, "floor B, " + line.size(size)), Bar.NONE);
      }
      report.add(size == smallest ? figure : figure.beside(line.size(smallest), Growth.net(measured, line.size(smallest)), Bar.NONE));
    }
  }
}
