// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.CallId;
import io.xlvs.bpf.Conn;
import io.xlvs.bpf.Method;
import io.xlvs.bpf.RingLine;
import io.xlvs.bpf.Server;
import io.xlvs.bpf.Template;
import io.xlvs.bpf.Tuple;
import io.xlvs.bpf.WireAddress;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.controller.dataplane.ConnectionFilter.Kind;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.RealServerKey;
import io.xlvs.loader.map.BpfMap;
import io.xlvs.loader.map.Codec;
import io.xlvs.loader.map.MapCursor;
import io.xlvs.loader.map.MappedArray;
import io.xlvs.loader.map.RawMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Walks the connection tables batch by batch; memory does not grow with their size. */
final class ConnectionReader {
  private static final CallId UNKNOWN_CALL = new CallId(WireAddress.ZERO, "");
  private static final int BATCH = 4096;
  private static final int MILLIS = 1000;
  static final long NO_AGE = -1;

  /**
   * Receives what the filter wants, as it lies in the table and as it is shown.
   *
   * @param <V> {@link Conn} or {@link Template}
   */
  @FunctionalInterface
  interface Found<V> {
    /** Returns false to stop the walk. */
    boolean found(Tuple key, V value, ConnectionEntry entry);
  }

  private final XlvsObjects objects;
  private final MappedArray servers;
  private final ConnectionFilter filter;
  private final Optional<Integer> service;
  private final long jiffiesPerSecond;
  private final long nowJiffies;

  /** Addresses of slots seen on this walk. */
  private final Map<Integer, RealServerKey> slots = new HashMap<>();

  /**
   * @param service index of the filter's service, which alone tells a mark's connections from those of its addresses
   */
  ConnectionReader(XlvsObjects objects, ConnectionFilter filter, Optional<Integer> service) {
    this.objects = objects;
    this.servers = objects.servers();
    this.filter = filter;
    this.service = service;
    this.jiffiesPerSecond = objects.settings().jiffiesPerSecond();
    this.nowJiffies = objects.jiffies();
  }

  /** Shows everything that the filter wants. */
  void read(ConnectionVisitor visitor) {
    if (connections(false, (key, conn, entry) -> visitor.visit(entry))
        && connections(true, (key, conn, entry) -> visitor.visit(entry))
        && templates(false, (key, template, entry) -> visitor.visit(entry))) {
      templates(true, (key, template, entry) -> visitor.visit(entry));
    }
  }

  /** Walks the handshakes, or the established connections; false if it was stopped. */
  boolean connections(boolean half, Found<Conn> found) {
    return !filter.wants(Kind.CONNECTION)
        || walk((half ? objects.halfOpen() : objects.connections()).raw(), Conn.CODEC, (key, conn) -> visit(key, conn, half, found));
  }

  /** Walks the templates of clients whose connections are all half open, or the others; false if it was stopped. */
  boolean templates(boolean half, Found<Template> found) {
    return !filter.wants(Kind.TEMPLATE)
        || walk((half ? objects.halfTemplates() : objects.templates()).raw(), Template.CODEC,
            (key, template) -> visit(key, template, half, found));
  }

  /** Looks at one connection again. */
  void connection(Tuple key, boolean half, Found<Conn> found) {
    BpfMap<Tuple, Conn> map = half ? objects.halfOpen() : objects.connections();
    map.lookup(key).ifPresent(conn -> visit(key, conn, half, found));
  }

  /** Looks at one template again. */
  void template(Tuple key, boolean half, Found<Template> found) {
    BpfMap<Tuple, Template> map = half ? objects.halfTemplates() : objects.templates();
    map.lookup(key).ifPresent(template -> visit(key, template, half, found));
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

  private boolean visit(Tuple tuple, Conn conn, boolean half, Found<Conn> found) {
    long idle = idle(conn.lastSeenJiffies());
    if (idle > conn.timeoutJiffies() || !isOfService(conn.service())) {
      return true; // expired ones are removed by the next sweep
    }
    boolean local = conn.method() == Method.FULLNAT;
    ConnectionEntry entry =
        new ConnectionEntry(
            Optional.of(Convert.protocol(tuple.protocol())),
            Convert.state(conn.state()),
            millis(conn.timeoutJiffies() - idle),
            Convert.address(tuple.source(), tuple.family()),
            tuple.sourcePort(),
            Convert.address(tuple.destination(), tuple.family()),
            tuple.destinationPort(),
            server(conn.server()).address(),
            conn.serverPort(),
            Convert.method(conn.method()),
            local ? Optional.of(Convert.address(conn.localAddress(), tuple.family())) : Optional.empty(),
            local ? conn.localPort() : 0,
            false,
            millis(idle),
            half ? NO_AGE : ageMillis(conn.proof()),
            Optional.empty());
    return !filter.matches(entry) || found.found(tuple, conn, entry);
  }

  private boolean visit(Tuple tuple, Template template, boolean half, Found<Template> found) {
    long idle = idle(template.lastSeenJiffies());
    long left = template.timeoutJiffies() - idle;
    if (left < 0 && template.connections() == 0 || template.server() == RingLine.EMPTY || !isOfService(template.service())) {
      return true;
    }
    RealServerKey server = server(template.server());
    // Without its Call-ID, which newer ones have displaced, a call's template has no client to show.
    CallId call = tuple.sourcePort() == CallId.TEMPLATE_PORT ? objects.callIds().lookup(tuple).orElse(UNKNOWN_CALL) : null;
    ConnectionEntry entry =
        new ConnectionEntry(
            tuple.protocol() == 0 ? Optional.empty() : Optional.of(Convert.protocol(tuple.protocol())),
            half ? ConnectionState.NONE : ConnectionState.ASSURED,
            millis(Math.max(0, left)),
            Convert.address(call == null ? tuple.source() : call.client(), tuple.family()),
            0,
            Convert.address(tuple.destination(), tuple.family()),
            tuple.destinationPort(),
            server.address(),
            tuple.destinationPort() == 0 ? 0 : server.port(),
            Convert.method(record(template.server()).method()),
            Optional.empty(),
            0,
            true,
            millis(idle),
            NO_AGE,
            Optional.ofNullable(call).map(CallId::text));
    return !filter.matches(entry) || found.found(tuple, template, entry);
  }

  private boolean isOfService(int index) {
    return service.isEmpty() || service.get() == index;
  }

  private RealServerKey server(int slot) {
    return slots.computeIfAbsent(
        slot,
        at -> {
          Server record = record(at);
          IpAddress address = Convert.address(record.address(), record.family());
          return new RealServerKey(address, record.port());
        });
  }

  private Server record(int slot) {
    long at = (long) slot * Server.LAYOUT.size();
    return Server.read(Words.read(servers, at, Server.LAYOUT.size()), 0);
  }

  /** What was refreshed since the walk began is not idle. */
  private long idle(long lastSeen) {
    return Math.max(0, nowJiffies - lastSeen);
  }

  private long millis(long jiffies) {
    return jiffies * MILLIS / jiffiesPerSecond;
  }

  /** Both are seconds of 32 bits. */
  private long ageMillis(int since) {
    return MILLIS * Integer.toUnsignedLong((int) (nowJiffies / jiffiesPerSecond) - since);
  }
}
