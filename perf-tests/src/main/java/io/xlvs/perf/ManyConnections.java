// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Capacities;
import io.xlvs.bpf.Conn;
import io.xlvs.bpf.ConnFlag;
import io.xlvs.bpf.Family;
import io.xlvs.bpf.Method;
import io.xlvs.bpf.Server;
import io.xlvs.bpf.State;
import io.xlvs.bpf.Tuple;
import io.xlvs.bpf.WireAddress;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.loader.map.BpfMap;
import io.xlvs.loader.map.MappedArray;
import io.xlvs.loader.map.RawMap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Writes established connections into the tables of a running xlvsd, as its data plane would: DR, to the first server that there is. */
final class ManyConnections {
  private static final int TIMEOUT_SECONDS = 900;
  private static final int CLIENTS_BASE = 20 << 24;
  private static final int FIRST_PORT = 1024;
  private static final int PORTS = 50_000;
  private static final int TCP = 6;

  private ManyConnections() {}

  /** @param pins the directory of its maps */
  static void write(Path pins, int count, int jiffiesPerSecond) {
    try (RawMap raw = RawMap.openPinned(pins.resolve("connections"))) {
      BpfMap<Tuple, Conn> connections = BpfMap.of(raw, Tuple.CODEC, Conn.CODEC);
      Conn conn = connection(server(pins), jiffiesPerSecond);
      WireAddress vip = WireAddress.ofIpv4(10 << 24 | 100 << 16);
      Iterator<Map.Entry<Tuple, Conn>> all = IntStream.range(0, count).mapToObj(i -> Map.entry(
          new Tuple(WireAddress.ofIpv4(CLIENTS_BASE + i / PORTS), vip, FIRST_PORT + i % PORTS, 80, TCP, Family.IPV4), conn)).iterator();
      connections.updateBatch(() -> all);
    }
  }

  /** The record of slot 0. */
  private static Server server(Path pins) {
    try (RawMap raw = RawMap.openPinned(pins.resolve("servers")); MappedArray servers = MappedArray.mapReadOnly(raw)) {
      byte[] bytes = new byte[Server.LAYOUT.size()];
      servers.getBytes(0, bytes);
      return Server.read(ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()), 0);
    }
  }

  private static Conn connection(Server server, int jiffiesPerSecond) {
    long now = jiffies();
    return new Conn(now, 0, server.generation(), server.service(), (long) TIMEOUT_SECONDS * jiffiesPerSecond, State.ESTABLISHED, Method.DR,
        ConnFlag.INPUT_ONLY.value() | ConnFlag.COUNTED_ACTIVE.value(), (int) (now / jiffiesPerSecond), WireAddress.ZERO, 0, 80, 0, 0, 0, 0, 0);
  }

  private static long jiffies() {
    var settings = Capacities.SMALL.settings(1, 100, 0, Capacities.Limits.DEFAULT);
    try (XlvsObjects objects =
        XlvsObjects.load(XlvsObjects.parse().loadOnly("xlvs_jiffies"), Capacities.SMALL, settings, Optional.empty())) {
      return objects.jiffies();
    }
  }
}
