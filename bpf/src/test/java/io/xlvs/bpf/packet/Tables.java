// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import io.xlvs.bpf.Conn;
import io.xlvs.bpf.Control;
import io.xlvs.bpf.Flags;
import io.xlvs.bpf.Load;
import io.xlvs.bpf.Server;
import io.xlvs.bpf.Service;
import io.xlvs.bpf.StructLayout;
import io.xlvs.bpf.Sweep;
import io.xlvs.bpf.SysctlFlag;
import io.xlvs.bpf.Template;
import io.xlvs.bpf.Tuple;
import io.xlvs.loader.TestRunOptions;
import io.xlvs.loader.map.BpfMap;
import io.xlvs.loader.map.Codecs;
import io.xlvs.loader.map.MappedArray;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * What happens to a data plane between two packets: an operator edits a service or a server, time passes, the daemon sweeps.
 * Time passes for one entry by moving its last_seen back.
 */
final class Tables {
  private static final List<String> TEMPLATES = List.of("templates", "half_templates");
  private static final List<String> CONNECTIONS = List.of("connections", "half_open");

  private final DataPlane plane;

  Tables(DataPlane plane) {
    this.plane = plane;
  }

  /** Sets a 32-bit field of a service, by its name in xlvs_abi.h. */
  void service(int index, String field, int value) {
    set("services", Service.LAYOUT, index, field, value);
  }

  /** {@code sysctl -w net.ipv4.vs...=1}: these and no others. */
  void sysctls(SysctlFlag... flags) {
    plane.array("control").putInt(Control.SYSCTLS, Flags.of(flags));
  }

  /** {@code ipvsadm -p SECONDS -M MASK}. */
  void persist(int index, int moreFlags, int seconds, InetAddress mask) {
    service(index, "flags", moreFlags);
    service(index, "persistence_seconds", seconds);
    byte[] wire = new byte[16];
    Bytes.put(wire, 0, mask.getAddress());
    plane.array("services").putBytes((long) index * Service.LAYOUT.size() + Service.LAYOUT.offset("persistence_mask"), wire);
  }

  /** Sets a 32-bit field of a server, by its name in xlvs_abi.h. */
  void server(int slot, String field, int value) {
    set("servers", Server.LAYOUT, slot, field, value);
  }

  private void set(String table, StructLayout layout, int index, String field, int value) {
    MappedArray array = plane.array(table);
    array.putInt((long) index * array.strideBytes() + layout.offset(field), value);
  }

  Load load(int slot) {
    byte[] line = new byte[Load.LAYOUT.size()];
    plane.array("server_load").getBytes((long) slot * line.length, line);
    return Load.read(ByteBuffer.wrap(line).order(ByteOrder.nativeOrder()), 0);
  }

  /** Of clients with established connections and of others. */
  Map<Tuple, Template> templates() {
    Map<Tuple, Template> all = new HashMap<>();
    for (String table : TEMPLATES) {
      all.putAll(plane.collection().map(table, Tuple.CODEC, Template.CODEC).entries());
    }
    return all;
  }

  BpfMap<Tuple, Conn> connections(String table) {
    return plane.collection().map(table, Tuple.CODEC, Conn.CODEC);
  }

  /** The one template that there is. */
  Template template() {
    Map<Tuple, Template> all = templates();
    if (all.size() != 1) {
      throw new AssertionError("one template expected: " + all);
    }
    return all.values().iterator().next();
  }

  /** Every template has been idle for a jiffy more than its time-out. */
  void expireTemplates() {
    for (String table : TEMPLATES) {
      templates().keySet().forEach(key -> expire(table, Template.LAYOUT, key));
    }
  }

  /** Every template has been idle for so many jiffies more. */
  void backdateTemplates(long jiffies) {
    for (String table : TEMPLATES) {
      templates().keySet().forEach(key -> backdate(table, Template.LAYOUT, key, value -> jiffies));
    }
  }

  /** Every connection has been idle for a jiffy more than its time-out. */
  void expireConnections() {
    for (String table : CONNECTIONS) {
      connections(table).entries().keySet().forEach(key -> expire(table, Conn.LAYOUT, key));
    }
  }

  /** This client's connection has been idle for a jiffy more than its time-out. */
  void expire(Connection.Tuple client) {
    for (String table : CONNECTIONS) {
      expire(table, Conn.LAYOUT, key(client));
    }
  }

  private void expire(String table, StructLayout layout, Tuple key) {
    backdate(table, layout, key,
        value -> Integer.toUnsignedLong(value.getInt(layout.offset("timeout"))) + 1);
  }

  /** This client's established connection has been idle for so many jiffies more. */
  void backdate(Connection.Tuple client, long jiffies) {
    backdate("connections", Conn.LAYOUT, key(client), value -> jiffies);
  }

  private void backdate(String table, StructLayout layout, Tuple key, ToLongFunction<ByteBuffer> jiffies) {
    BpfMap<Tuple, byte[]> map = plane.collection().map(table, Tuple.CODEC, Codecs.bytes(layout.size()));
    map.lookup(key).ifPresent(bytes -> {
      ByteBuffer value = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
      int lastSeen = layout.offset("last_seen");
      map.update(key, value.putLong(lastSeen, value.getLong(lastSeen) - jiffies.applyAsLong(value)).array());
    });
  }

  /** This client's established connection. */
  Conn connection(Connection.Tuple client) {
    return connections("connections").lookup(key(client)).orElseThrow();
  }

  static Tuple key(Connection.Tuple client) {
    return new Tuple(
        Configurator.wire(client.source()), Configurator.wire(client.destination()), client.sourcePort(),
        client.destinationPort(), client.protocol(), Configurator.family(client.source()));
  }

  /** What the daemon does about once a second. */
  void sweep() {
    int code = plane.collection().program("xlvs_sweep")
        .testRun(TestRunOptions.context(new byte[Sweep.LAYOUT.size()])).returnValue();
    if (code != 0) {
      throw new AssertionError("xlvs_sweep returned " + code);
    }
  }
}
