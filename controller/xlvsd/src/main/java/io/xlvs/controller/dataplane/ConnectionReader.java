// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Conn;
import io.xlvs.bpf.Method;
import io.xlvs.bpf.Server;
import io.xlvs.bpf.Template;
import io.xlvs.bpf.Tuple;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.RealServerKey;
import io.xlvs.loader.map.Codec;
import io.xlvs.loader.map.MapCursor;
import io.xlvs.loader.map.MappedArray;
import io.xlvs.loader.map.RawMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Walks the connection tables batch by batch; memory does not grow with their size. */
final class ConnectionReader {
  private static final int BATCH = 4096;
  private static final int MILLIS = 1000;

  private final XlvsObjects objects;
  private final MappedArray servers;
  private final ConnectionFilter filter;
  private final Optional<Integer> service;
  private final ConnectionVisitor visitor;
  private final long nowJiffies;

  /** Addresses of slots seen on this walk. */
  private final Map<Integer, RealServerKey> slots = new HashMap<>();

  /**
   * A walk that shows what the filter wants.
   *
   * @param service index of the filter's service, which alone tells a mark's connections from those of its addresses
   */
  ConnectionReader(XlvsObjects objects, ConnectionFilter filter, Optional<Integer> service, ConnectionVisitor visitor) {
    this.objects = objects;
    this.servers = objects.servers();
    this.filter = filter;
    this.service = service;
    this.visitor = visitor;
    this.nowJiffies = objects.jiffies();
  }

  void read() {
    boolean more = walk(objects.connections().raw(), Conn.CODEC, this::visit);
    more = more && walk(objects.halfOpen().raw(), Conn.CODEC, this::visit);
    more = more && walk(objects.templates().raw(), Template.CODEC, (key, value) -> visit(key, value, ConnectionState.ASSURED));
    if (more) {
      walk(objects.halfTemplates().raw(), Template.CODEC, (key, value) -> visit(key, value, ConnectionState.NONE));
    }
  }

  private interface Visit<V> {
    boolean visit(Tuple tuple, V value);
  }

  private static <V> boolean walk(RawMap map, Codec<V> codec, Visit<V> visit) {
    try (MapCursor cursor = map.scan(BATCH)) {
      while (cursor.next()) {
        for (int i = 0; i < cursor.count(); i++) {
          Tuple tuple = Tuple.CODEC.decode(cursor.keys().clear().position(i * Tuple.CODEC.sizeBytes()));
          V value = codec.decode(cursor.values().clear().position(i * codec.sizeBytes()));
          if (!visit.visit(tuple, value)) {
            return false;
          }
        }
      }
      return true;
    }
  }

  private boolean visit(Tuple tuple, Conn conn) {
    long left = millisLeft(conn.lastSeenJiffies(), conn.timeoutJiffies());
    if (left < 0 || !isOfService(conn.service())) {
      return true; // expired ones are removed by the next sweep
    }
    boolean local = conn.method() == Method.FULLNAT;
    ConnectionEntry entry =
        new ConnectionEntry(
            Optional.of(Convert.protocol(tuple.protocol())),
            Convert.state(conn.state()),
            left,
            Convert.address(tuple.source(), tuple.family()),
            tuple.sourcePort(),
            Convert.address(tuple.destination(), tuple.family()),
            tuple.destinationPort(),
            server(conn.server()).address(),
            conn.serverPort(),
            Convert.method(conn.method()),
            local ? Optional.of(Convert.address(conn.localAddress(), tuple.family())) : Optional.empty(),
            local ? conn.localPort() : 0,
            false);
    return !filter.matches(entry) || visitor.visit(entry);
  }

  private boolean visit(Tuple tuple, Template template, ConnectionState state) {
    long left = millisLeft(template.lastSeenJiffies(), template.timeoutJiffies());
    if (left < 0 && template.connections() == 0 || !isOfService(template.service())) {
      return true;
    }
    RealServerKey server = server(template.server());
    ConnectionEntry entry =
        new ConnectionEntry(
            tuple.protocol() == 0 ? Optional.empty() : Optional.of(Convert.protocol(tuple.protocol())),
            state,
            Math.max(0, left),
            Convert.address(tuple.source(), tuple.family()),
            0,
            Convert.address(tuple.destination(), tuple.family()),
            tuple.destinationPort(),
            server.address(),
            tuple.destinationPort() == 0 ? 0 : server.port(),
            Convert.method(record(template.server()).method()),
            Optional.empty(),
            0,
            true);
    return !filter.matches(entry) || visitor.visit(entry);
  }

  private boolean isOfService(int index) {
    return service.isEmpty() || service.get() == index;
  }

  private RealServerKey server(int slot) {
    return slots.computeIfAbsent(
        slot,
        index -> {
          Server record = record(index);
          IpAddress address = Convert.address(record.address(), record.family());
          return new RealServerKey(address, record.port());
        });
  }

  private Server record(int slot) {
    long at = (long) slot * Server.LAYOUT.size();
    return Server.read(Words.read(servers, at, Server.LAYOUT.size()), 0);
  }

  private long millisLeft(long lastSeen, long timeout) {
    return (lastSeen + timeout - nowJiffies) * MILLIS / objects.settings().jiffiesPerSecond();
  }
}
