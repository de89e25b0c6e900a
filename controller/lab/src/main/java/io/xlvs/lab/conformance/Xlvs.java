// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import io.xlvs.bpf.Conn;
import io.xlvs.bpf.StructLayout;
import io.xlvs.bpf.Template;
import io.xlvs.lab.Director;
import io.xlvs.lab.LabException;
import io.xlvs.loader.BpfException;
import io.xlvs.loader.map.MapCursor;
import io.xlvs.loader.map.RawMap;
import io.xlvs.loader.map.UpdateFlag;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** xlvs, asked with lbctl. Its connections' clocks can be put forward: the times of last use in the kernel's tables are put back. */
final class Xlvs implements Balancer {
  /** The kernel's tables of things that expire, and where their time of last use is. */
  private static final Map<String, StructLayout> AGING = Map.of("connections", Conn.LAYOUT, "half_open", Conn.LAYOUT, "templates", Template.LAYOUT);

  private static final String LAST_SEEN = "last_seen";
  private static final String TEMPLATES = "templates";
  private static final int BATCH = 1024;
  private static final int ENOENT = 2;

  /** No entry lives that long. */
  private static final int FOREVER_SECONDS = 30 * 24 * 3600;

  /** The default of "--set". */
  static final String TIMEOUTS = "900 120 300";

  private static final long PATIENCE_NANOS = 120_000_000_000L;
  private static final long POLL_MILLIS = 20;

  private final Path pins;
  private final Director director;
  private final long jiffiesPerSecond;
  private final Set<String> markRules = new LinkedHashSet<>();
  private final Map<String, String> sysctls = new LinkedHashMap<>();

  Xlvs(Director director, long jiffiesPerSecond) {
    this.pins = director.socket().resolveSibling("bpf");
    this.director = director;
    this.jiffiesPerSecond = jiffiesPerSecond;
  }

  @Override
  public List<String> ipvsadm(List<String> words, String input) {
    return Balancer.lines(director.attempt(input, words.toArray(String[]::new)));
  }

  @Override
  public List<String> sysctl(String name, String value) {
    String variable = "net.ipv4.vs." + name;
    sysctls.putIfAbsent(variable, director.lbctl("sysctl", "-n", variable).strip());
    return Balancer.lines(director.attempt("", "sysctl", "-q", "-w", variable + "=" + value));
  }

  @Override
  public void mark(int mark, String destination, String protocol, String ports) {
    String rule = mark + " --to " + destination;
    director.lbctl(("mark add " + rule + (protocol.isEmpty() ? "" : " --" + protocol + " " + ports)).split(" "));
    markRules.add(rule);
  }

  @Override
  public void reset() {
    director.lbctl("-C");
    markRules.forEach(rule -> director.lbctl(("mark delete " + rule).split(" ")));
    markRules.clear();
    director.lbctl(("--set " + TIMEOUTS).split(" "));
    sysctls.forEach((variable, value) -> director.lbctl("sysctl", "-q", "-w", variable + "=" + value));
    sysctls.clear();
    age(FOREVER_SECONDS);
  }

  @Override
  public long pass(int seconds) {
    long start = System.nanoTime();
    age(seconds);
    awaitSweep();
    awaitSweep();
    return System.nanoTime() - start;
  }

  private void age(int seconds) {
    AGING.forEach((table, layout) -> age(table, layout.offset(LAST_SEEN), seconds * jiffiesPerSecond));
  }

  /** Until a sweep, which xlvsd has the kernel make once a second, has taken a template away that was over when it was put there. */
  private void awaitSweep() {
    try (RawMap templates = RawMap.openPinned(pin(TEMPLATES))) {
      ByteBuffer key = zeros(templates.keySizeBytes());
      templates.update(key, zeros(templates.valueSizeBytes()), UpdateFlag.NOEXIST);
      long deadline = System.nanoTime() + PATIENCE_NANOS;
      while (templates.lookup(key, zeros(templates.valueSizeBytes()))) {
        if (System.nanoTime() > deadline) {
          throw new LabException("xlvsd has not swept its tables for two minutes");
        }
        Thread.sleep(POLL_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted", e);
    }
  }

  private static ByteBuffer zeros(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  private void age(String table, int lastSeen, long jiffies) {
    try (RawMap map = RawMap.openPinned(pin(table)); MapCursor entries = map.scan(BATCH)) {
      List<ByteBuffer[]> aged = new ArrayList<>();
      while (entries.next()) {
        for (int i = 0; i < entries.count(); i++) {
          ByteBuffer key = copy(entries.keys(), i, map.keySizeBytes());
          ByteBuffer value = copy(entries.values(), i, map.valueSizeBytes());
          value.putLong(lastSeen, value.getLong(lastSeen) - jiffies);
          aged.add(new ByteBuffer[] {key, value});
        }
      }
      aged.forEach(entry -> replace(map, entry[0], entry[1]));
    }
  }

  private static void replace(RawMap map, ByteBuffer key, ByteBuffer value) {
    try {
      map.update(key, value, UpdateFlag.EXIST);
    } catch (BpfException e) {
      if (e.errno() != ENOENT) {
        throw e;
      }
      // Its time was over by itself.
    }
  }

  private static ByteBuffer copy(ByteBuffer entries, int index, int bytes) {
    ByteBuffer copy = zeros(bytes);
    for (int i = 0; i < bytes; i++) {
      copy.put(i, entries.get(index * bytes + i));
    }
    return copy;
  }

  private Path pin(String table) {
    try (Stream<Path> files = Files.walk(pins)) {
      return files.filter(path -> path.getFileName().toString().equals(table)).findFirst()
          .orElseThrow(() -> new LabException("map " + table + " is not pinned below " + pins));
    } catch (IOException e) {
      throw new LabException(pins + " cannot be read: " + e.getMessage(), e);
    }
  }
}
