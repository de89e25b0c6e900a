// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import io.xlvs.bpf.Conn;
import io.xlvs.bpf.StructLayout;
import io.xlvs.bpf.Template;
import io.xlvs.lab.Command;
import io.xlvs.lab.Director;
import io.xlvs.lab.LabException;
import io.xlvs.loader.map.MapCursor;
import io.xlvs.loader.map.RawMap;
import io.xlvs.loader.map.UpdateFlag;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** xlvs, asked with lbctl. Its connections' clocks can be put forward. */
final class Xlvs implements Balancer {
  /** The kernel's tables of things that expire, and where their time of last use is. */
  private static final Map<String, StructLayout> AGING = Map.of("connections", Conn.LAYOUT, "half_open", Conn.LAYOUT, "templates", Template.LAYOUT);

  private static final String LAST_SEEN = "last_seen";
  private static final int BATCH = 1024;

  /** The daemon has the kernel sweep the tables once a second. */
  private static final long SWEEPS_MILLIS = 2_500;

  private final Director director;
  private final long jiffiesPerSecond;

  Xlvs(Director director, long jiffiesPerSecond) {
    this.director = director;
    this.jiffiesPerSecond = jiffiesPerSecond;
  }

  @Override
  public List<String> ipvsadm(List<String> words) {
    return lines(director.attempt("", words.toArray(String[]::new)));
  }

  static List<String> lines(Command.Result result) {
    List<String> lines = new ArrayList<>(result.out().lines().toList());
    if (result.status() != 0) {
      lines.add("exit status " + result.status());
    }
    return lines;
  }

  @Override
  public List<String> sysctl(String name, String value) {
    return lines(director.attempt("", "sysctl", "-q", "-w", "net.ipv4.vs." + name + "=" + value));
  }

  @Override
  public void pass(int seconds) {
    AGING.forEach((table, layout) -> age(table, layout.offset(LAST_SEEN), seconds * jiffiesPerSecond));
    try {
      Thread.sleep(SWEEPS_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted", e);
    }
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
      aged.forEach(entry -> map.update(entry[0], entry[1], UpdateFlag.EXIST));
    }
  }

  private static ByteBuffer copy(ByteBuffer entries, int index, int bytes) {
    ByteBuffer copy = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    for (int i = 0; i < bytes; i++) {
      copy.put(i, entries.get(index * bytes + i));
    }
    return copy;
  }

  private Path pin(String table) {
    Path root = director.socket().resolveSibling("bpf");
    try (Stream<Path> pins = Files.walk(root)) {
      return pins.filter(path -> path.getFileName().toString().equals(table)).findFirst()
          .orElseThrow(() -> new LabException("map " + table + " is not pinned below " + root));
    } catch (IOException e) {
      throw new LabException(root + " cannot be read: " + e.getMessage(), e);
    }
  }
}
