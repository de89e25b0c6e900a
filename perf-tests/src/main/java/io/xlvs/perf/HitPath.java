// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.xlvs.bpf.Capacities;
import io.xlvs.bpf.Family;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.loader.Bpf;
import io.xlvs.loader.Program;
import io.xlvs.loader.TestRunResult;
import io.xlvs.loader.map.RawMap;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a packet in the middle of a connection costs, counted: instructions of BPF, look-ups in maps, helpers, cache lines of tables; the
 * same on every machine. bpf/hit-path.json records it. Needs root.
 */
final class HitPath {
  static final String FILE = "bpf/hit-path.json";

  /** A few instructions come and go with the compiler's moods; the rest is exact. */
  private static final double GROWTH = 0.02;

  private static final int KERNEL_NAME = 15;
  private static final int WARM_UP = 8;
  private static final Capacities CAPACITIES = new Capacities(1024, 1024, 64, 64, 64, 64, 1 << 15, 1 << 12, 16, 16, 16, 1024);
  private static final ObjectMapper JSON = new ObjectMapper();

  private HitPath() {}

  /** What a packet took, of the data plane and, where there is one, of floor B. */
  record Row(BpfTrace.Trace ours, BpfTrace.Trace floorB) {}

  /** For each method, direction, family and transport. */
  static Map<String, Row> measure() {
    Map<String, Row> rows = new LinkedHashMap<>();
    BpfCode ours = code(XlvsObjects.class, "xlvs.bpf.o");
    BpfCode floor = code(Harness.class, "floor_b.bpf.o");
    try (Lab lab = new Lab();
        Harness harness = new Harness(lab.uplink);
        Director director = new Director(lab, CAPACITIES);
        FloorB b = new FloorB(1024)) {
      for (Mode mode : Mode.values()) {
        for (Family family : Family.values()) {
          for (Transport transport : Transport.values()) {
            Scenario scenario = new Scenario(mode, family, transport, Scenario.Situation.HIT);
            director.establish(scenario.plan(), 1);
            harness.send(scenario.shape());
            long jiffies = director.jiffies();
            BpfTrace.Trace trace = trace(harness, ours.function("xlvs_xdp"), director.xdp(), jiffies, lab.uplink, scenario);
            boolean beside = FloorB.hasFloor(mode.method, family);
            rows.put(
                scenario.label(),
                new Row(trace, beside ? trace(harness, floor.function("floor_b"), b.program(), jiffies, lab.uplink, scenario) : null));
          }
        }
      }
      for (Scenario scenario : ringFirst()) {
        director.ringFirst(scenario.plan(), scenario.situation().ring);
        harness.send(scenario.shape());
        rows.put(scenario.label(), new Row(trace(harness, ours.function("xlvs_xdp"), director.xdp(), director.jiffies(), lab.uplink, scenario), null));
      }
    }
    return rows;
  }

  /** Without connections; after all others, for their services change. */
  private static List<Scenario> ringFirst() {
    return Stream.of(Scenario.Situation.RING_MH, Scenario.Situation.RING_SH)
        .flatMap(ring -> Stream.of(Mode.DR, Mode.TUN)
            .flatMap(mode -> Stream.of(Family.values()).map(family -> new Scenario(mode, family, Transport.TCP, ring))))
        .toList();
  }

  /** On a CPU that has the decision. The packet that comes out must be the kernel's. */
  private static BpfTrace.Trace trace(
      Harness harness, BpfCode.Place start, Program program, long jiffies, int ingress, Scenario scenario) {
    TestRunResult kernels = harness.run(program, WARM_UP);
    Map<String, RawMap> maps = new HashMap<>();
    try {
      program.info().mapIds().forEach(id -> {
        RawMap map = RawMap.openById(id);
        maps.put(map.info().name(), map);
      });
      List<BpfTrace.Trace> traces = new ArrayList<>();
      for (int cpu = 0; cpu < Bpf.possibleCpus(); cpu++) {
        try {
          traces.add(new BpfTrace(name -> find(maps, name), cpu, jiffies, ingress).run(start, scenario.shape().frame()));
        } catch (BpfTrace.SlowWayException e) {
          continue; // this CPU has no decision
        }
      }
      BpfTrace.Trace best = traces.stream().min((x, y) -> x.counts().instructions() - y.counts().instructions())
          .orElseThrow(() -> new IllegalStateException(scenario.label() + ": no CPU has a cached decision"));
      if (best.verdict() != kernels.returnValue() || !Arrays.equals(best.packet(), kernels.out())) {
        throw new IllegalStateException(scenario.label() + ": the traced program sends another packet than the kernel's");
      }
      return best;
    } finally {
      maps.values().forEach(RawMap::close);
    }
  }

  /** The kernel knows the first letters of names, and puts the object's before those of data sections. */
  private static RawMap find(Map<String, RawMap> maps, String name) {
    String known = name.length() > KERNEL_NAME ? name.substring(0, KERNEL_NAME) : name;
    return maps.entrySet().stream()
        .filter(map -> map.getKey().equals(known) || name.startsWith(".") && map.getKey().endsWith(name))
        .map(Map.Entry::getValue).findFirst()
        .orElseThrow(() -> new IllegalStateException("no map '" + name + "' among " + maps.keySet()));
  }

  private static BpfCode code(Class<?> beside, String resource) {
    try (InputStream in = beside.getResourceAsStream(resource)) {
      return new BpfCode(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + resource, e);
    }
  }

  static Map<String, BpfTrace.Counts> read(Path file) throws IOException {
    return Files.exists(file) ? JSON.readValue(file.toFile(), new TypeReference<TreeMap<String, BpfTrace.Counts>>() {}) : Map.of();
  }

  static void write(Path file, Map<String, Row> rows) throws IOException {
    Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(counts(rows)) + "\n");
  }

  static Map<String, BpfTrace.Counts> counts(Map<String, Row> rows) {
    Map<String, BpfTrace.Counts> counts = new LinkedHashMap<>();
    rows.forEach((name, row) -> counts.put(name, row.ours.counts()));
    return counts;
  }

  /** One line for each count that grew. */
  static List<String> complaints(Map<String, BpfTrace.Counts> recorded, Map<String, BpfTrace.Counts> now) {
    List<String> complaints = new ArrayList<>();
    now.forEach((name, counts) -> {
      BpfTrace.Counts before = recorded.get(name);
      if (before == null) {
        complaints.add(name + " is not in " + FILE);
        return;
      }
      compare(name + ": instructions", before.instructions(), counts.instructions(), GROWTH, complaints);
      compare(name + ": look-ups", before.lookups(), counts.lookups(), 0, complaints);
      compare(name + ": helpers", before.helpers(), counts.helpers(), 0, complaints);
      compare(name + ": cache lines", before.lines(), counts.lines(), 0, complaints);
    });
    if (!complaints.isEmpty()) {
      complaints.add(VerifierStats.ACCEPT);
    }
    return complaints;
  }

  private static void compare(String what, int before, int now, double growth, List<String> complaints) {
    if (now > before * (1 + growth)) {
      complaints.add(String.format(Locale.ROOT, "%s of an established packet grew from %d to %d", what, before, now));
    }
  }

  static String table(Map<String, Row> rows, Map<String, BpfTrace.Counts> recorded) {
    String format = "| %-20s | %12s | %8s | %8s | %7s | %11s | %s%n";
    StringBuilder table = new StringBuilder();
    table.append(String.format(format, "established packet", "instructions", "recorded", "look-ups", "helpers", "cache lines", "floor B: the same |"));
    table.append("|---|---:|---:|---:|---:|---:|---|\n");
    rows.forEach((name, row) -> {
      BpfTrace.Counts c = row.ours.counts();
      BpfTrace.Counts before = recorded.get(name);
      BpfTrace.Counts floor = row.floorB == null ? null : row.floorB.counts();
      table.append(String.format(
          format, name, c.instructions(), before == null ? "" : before.instructions(), c.lookups(), c.helpers(), c.lines(),
          floor == null ? "|" : floor.instructions() + ", " + floor.lookups() + ", " + floor.helpers() + ", " + floor.lines() + " |"));
    });
    return table.toString();
  }
}
