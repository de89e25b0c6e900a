// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import io.xlvs.bpf.Abi;
import io.xlvs.bpf.Conn;
import io.xlvs.bpf.Endpoint;
import io.xlvs.bpf.Reason;
import io.xlvs.bpf.Settings;
import io.xlvs.bpf.Stats;
import io.xlvs.bpf.Sweep;
import io.xlvs.bpf.Template;
import io.xlvs.bpf.Tuple;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.loader.Bpf;
import io.xlvs.loader.Collection;
import io.xlvs.loader.CollectionSpec;
import io.xlvs.loader.TestRunOptions;
import io.xlvs.loader.map.BpfMap;
import io.xlvs.loader.map.Codec;
import io.xlvs.loader.map.MappedArray;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The real object with small maps, filled with a {@link World} by {@link Configurator}. */
final class DataPlane implements AutoCloseable {
  static final int CPUS = Bpf.possibleCpus();
  static final int SERVERS = 512;
  static final int SERVICES = 256;
  static final int BUCKETS = 4096;
  private static final int FLOW_LINES = 1024;
  static final int JIFFIES_PER_SECOND = 250;
  static final int SEED = 0x5eed;
  static final int CONNECTIONS = 262144;
  static final int TEMPLATES = 1024;
  private static final int UNLIMITED = 1_000_000_000;

  /** What programs and settings differ by. */
  private record Kind(Hook hook, int localPortFirst, int localPortLast) {}

  private final Kind kind;
  private final Collection collection;
  private final Map<String, MappedArray> arrays = new HashMap<>();

  DataPlane(World world, Lab lab, Hook hook) {
    kind = new Kind(hook, world.localPortFirst(), world.localPortLast());
    collection = LoadedObjects.take(kind, () -> load(kind));
    try {
      new Configurator(this).configure(world, lab);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static Collection load(Kind kind) {
    CollectionSpec spec = CollectionSpec.parse("xlvs", object());
    Settings settings =
        new Settings(
            Abi.VERSION, CPUS, JIFFIES_PER_SECOND, SEED, FLOW_LINES - 1, BUCKETS - 1, SERVERS, SERVICES,
            UNLIMITED, 7, kind.localPortFirst, kind.localPortLast, CONNECTIONS / 2);
    spec.variable("settings").set(bytes(Settings.CODEC, settings));
    spec.map("service_table").setMaxEntries(2 * BUCKETS);
    spec.map("flow_cache").setMaxEntries(CPUS * FLOW_LINES);
    spec.map("flow6_cache").setMaxEntries(CPUS * FLOW_LINES);
    spec.map("services").setMaxEntries(SERVICES);
    spec.map("service_state").setMaxEntries(SERVICES);
    spec.map("servers").setMaxEntries(SERVERS);
    spec.map("server_load").setMaxEntries(SERVERS);
    spec.map("server_stats").setMaxEntries(CPUS * SERVERS);
    spec.map("reasons").setMaxEntries(CPUS * Reason.STRIDE);
    spec.map("connections").setMaxEntries(CONNECTIONS);
    spec.map("replies").setMaxEntries(CONNECTIONS);
    spec.map("half_open").setMaxEntries(262144);
    spec.map("half_replies").setMaxEntries(262144);
    spec.map("templates").setMaxEntries(TEMPLATES);
    spec.map("half_templates").setMaxEntries(TEMPLATES);
    return spec.loadOnly(kind.hook.program, "xlvs_egress", "xlvs_sweep", "xlvs_delete").load();
  }

  private static byte[] object() {
    try (InputStream stream = Endpoint.class.getResourceAsStream("xlvs.bpf.o")) {
      if (stream == null) {
        throw new IllegalStateException("xlvs.bpf.o is not on the class path: run 'make -C bpf' first");
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static <T> byte[] bytes(Codec<T> codec, T value) {
    ByteBuffer buffer = ByteBuffer.allocate(codec.sizeBytes()).order(ByteOrder.nativeOrder());
    codec.encode(value, buffer);
    return buffer.array();
  }

  Collection collection() {
    return collection;
  }

  /** The array's memory; it stays mapped until this is closed. */
  MappedArray array(String name) {
    return arrays.computeIfAbsent(name, key -> MappedArray.map(XlvsObjects.map(collection, key)));
  }

  <T> void put(String name, int index, Codec<T> codec, T value) {
    MappedArray array = array(name);
    array.putBytes((long) index * array.strideBytes(), bytes(codec, value));
  }

  /** Sum over all CPUs of every reason's counter. */
  long[] reasons() {
    MappedArray array = array("reasons");
    long[] sums = new long[Reason.STRIDE];
    for (int cpu = 0; cpu < CPUS; cpu++) {
      for (int reason = 0; reason < Reason.STRIDE; reason++) {
        sums[reason] += array.getLong(8L * (cpu * Reason.STRIDE + reason));
      }
    }
    return sums;
  }

  /** Sum over all CPUs of one server's counters. */
  Stats stats(int server) {
    long[] sums = new long[5];
    byte[] line = new byte[Stats.LAYOUT.size()];
    MappedArray array = array("server_stats");
    for (int cpu = 0; cpu < CPUS; cpu++) {
      array.getBytes((long) (cpu * SERVERS + server) * array.strideBytes(), line);
      Stats one = Stats.read(ByteBuffer.wrap(line).order(ByteOrder.nativeOrder()), 0);
      sums[0] += one.connections();
      sums[1] += one.inPackets();
      sums[2] += one.outPackets();
      sums[3] += one.inBytes();
      sums[4] += one.outBytes();
    }
    return new Stats(sums[0], sums[1], sums[2], sums[3], sums[4]);
  }

  /** The connection of a client's tuple in {@code connections} or {@code half_open}. */
  Optional<Conn> connection(String table, Connection.Tuple client) {
    return collection.map(table, Tuple.CODEC, Conn.CODEC).lookup(key(client));
  }

  /** Lets time pass for one connection: it was last seen that much earlier, and no copy of it counts any more. */
  void age(String table, Connection.Tuple client, int seconds) {
    byte[] bytes = bytes(Conn.CODEC, connection(table, client).orElseThrow());
    ByteBuffer conn = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    int lastSeen = Conn.LAYOUT.offset("last_seen");
    conn.putLong(lastSeen, conn.getLong(lastSeen) - (long) seconds * JIFFIES_PER_SECOND);
    collection.map(table, Tuple.CODEC, Conn.CODEC).update(key(client), Conn.CODEC.decode(conn));
    MappedArray epochs = array("epochs");
    for (long at = 0; at < epochs.sizeBytes(); at += Integer.BYTES) {
      epochs.putInt(at, epochs.getInt(at) + 1);
    }
  }

  /** The persistence templates of clients that have proved themselves, or of the others. */
  java.util.Collection<Template> templates(boolean proved) {
    String table = proved ? "templates" : "half_templates";
    return collection.map(table, Tuple.CODEC, Template.CODEC).entries().values();
  }

  /** Lets time pass for a persistence template. */
  void age(Template template, int seconds) {
    BpfMap<Tuple, Template> templates = collection.map("templates", Tuple.CODEC, Template.CODEC);
    templates.entries().forEach((key, value) -> {
      if (value.equals(template)) {
        long lastSeen = value.lastSeenJiffies() - (long) seconds * JIFFIES_PER_SECOND;
        templates.update(key, new Template(lastSeen, value.server(), value.generation(), value.service(),
            value.timeoutJiffies(), value.connections()));
      }
    });
  }

  /** Housekeeping as the daemon does it once a second. */
  void sweep() {
    collection.program("xlvs_sweep").testRun(TestRunOptions.context(new byte[Sweep.LAYOUT.size()]));
  }

  private static Tuple key(Connection.Tuple client) {
    return new Tuple(
        Configurator.wire(client.source()), Configurator.wire(client.destination()), client.sourcePort(),
        client.destinationPort(), client.protocol(), Configurator.family(client.source()));
  }

  /** What was chosen for a connection, wherever it is. */
  Optional<Oracle.Choice> choice(Connection.Tuple client) {
    return connection("half_open", client)
        .or(() -> connection("connections", client))
        .map(conn -> new Oracle.Choice(
            conn.server(),
            conn.localAddress().toInetAddress(Configurator.family(client.source())),
            conn.localPort()));
  }

  @Override
  public void close() {
    arrays.values().forEach(MappedArray::close);
    LoadedObjects.giveBack(kind, collection);
  }
}
