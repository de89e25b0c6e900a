// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.Bpf;
import io.xlvs.loader.Collection;
import io.xlvs.loader.CollectionSpec;
import io.xlvs.loader.MapSpec;
import io.xlvs.loader.Program;
import io.xlvs.loader.TestRunOptions;
import io.xlvs.loader.TestRunResult;
import io.xlvs.loader.map.BpfMap;
import io.xlvs.loader.map.Codec;
import io.xlvs.loader.map.Codecs;
import io.xlvs.loader.map.MappedArray;
import io.xlvs.loader.map.RawMap;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The loaded data plane: its programs, its keyed maps, and its arrays mapped into this process. It owns them all and closes
 * them together; what was pinned or attached lives on.
 */
public final class XlvsObjects implements AutoCloseable {
  private static final String RESOURCE = "xlvs.bpf.o";
  private static final String XDP = "xlvs_xdp";
  /** Begins the names of sections that hold one variable each. */
  private static final String VARIABLE = ".data.";
  private static final List<String> MAPPED =
      List.of(
          "control", "service_table", "services", "servers", "rings", "local_addresses", "next_hops", "epochs",
          "service_state", "server_load", "server_stats", "reasons", "deletions", "server_busy");

  private final Collection collection;
  private final Settings settings;
  private final Map<String, MappedArray> arrays = new LinkedHashMap<>();

  private XlvsObjects(Collection collection, Settings settings) {
    this.collection = collection;
    this.settings = settings;
  }

  /**
   * The object of this jar, its layout compared with Java's. Needs no privilege.
   *
   * @throws AbiMismatchException when object and jar come from different builds
   */
  public static CollectionSpec parse() {
    try (InputStream in = XlvsObjects.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(
            "the data plane's object io/xlvs/bpf/" + RESOURCE + " is missing from the class path: rebuild or reinstall xlvs");
      }
      CollectionSpec spec = CollectionSpec.parse("xlvs", in.readAllBytes());
      AbiCheck.require(spec.btf());
      return spec;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the data plane's object", e);
    }
  }

  /** Has the spec load without {@link #xdp}, which whoever attaches to tc alone never needs. */
  public static void leaveOutXdp(CollectionSpec spec) {
    spec.program(XDP).setAutoload(false);
  }

  /** Bytes that each map will take with these capacities, largest tables included. Needs no privilege. */
  public static Map<String, Long> memoryBytes(Capacities capacities) {
    int cpus = Bpf.possibleCpus();
    Map<String, Long> bytes = new LinkedHashMap<>();
    for (MapSpec map : size(parse(), capacities, cpus).maps().values()) {
      bytes.put(
          nameOf(map.name()),
          Capacities.memoryBytes(map.type(), map.keySizeBytes(), map.valueSizeBytes(), map.maxEntries(), cpus));
    }
    return bytes;
  }

  /** Bytes that each map of this data plane takes. */
  public Map<String, Long> memoryBytes() {
    Map<String, Long> bytes = new LinkedHashMap<>();
    collection.maps().forEach(
        (name, map) ->
            bytes.put(
                nameOf(name),
                Capacities.memoryBytes(
                    map.info().type(), map.keySizeBytes(), map.info().valueSizeBytes(), map.info().maxEntries(), settings.cpus())));
    return bytes;
  }

  /** Loads all programs with fresh maps; the caller closes the result. For tests and measurements. */
  public static XlvsObjects load(Capacities capacities, Settings settings) {
    return load(parse(), capacities, settings, Optional.empty());
  }

  /**
   * Loads all programs.
   *
   * @param spec from {@link #parse}, perhaps with some programs left out
   * @param settings as {@link Capacities#settings} gives them for {@code capacities}
   * @param pinDirectory directory on a bpffs whose maps are used, and where missing ones are pinned; empty: nothing is pinned
   * @throws io.xlvs.loader.IncompatibleMapException when a pinned map differs
   */
  public static XlvsObjects load(
      CollectionSpec spec, Capacities capacities, Settings settings, Optional<Path> pinDirectory) {
    size(spec, capacities, settings.cpus());
    pinDirectory.ifPresent(
        directory ->
            spec.maps().values().stream()
                .filter(map -> !map.isDataSection() || map.name().startsWith(VARIABLE))
                .forEach(map -> map.pinAt(directory.resolve(nameOf(map.name())))));
    ByteBuffer bytes = ByteBuffer.allocate(Settings.LAYOUT.size()).order(ByteOrder.nativeOrder());
    Settings.write(settings, bytes, 0);
    spec.variable("settings").set(bytes.array());
    XlvsObjects objects = new XlvsObjects(spec.load(), settings);
    try {
      for (String name : MAPPED) {
        objects.arrays.put(name, MappedArray.map(objects.map(name)));
      }
      return objects;
    } catch (RuntimeException e) {
      objects.closeSuppressedBy(e);
      throw e;
    }
  }

  /** A map's name in C; a variable with a section of its own, as xlvs_data.bpf.c has them, goes by the variable's. */
  private static String nameOf(String map) {
    return map.startsWith(VARIABLE) ? map.substring(VARIABLE.length()) : map;
  }

  /** The map of a name in C, be it a map's or that of a variable in a section of its own. */
  public static RawMap map(Collection collection, String name) {
    return collection.map(collection.maps().containsKey(VARIABLE + name) ? VARIABLE + name : name);
  }

  /** The map of a name in C, be it a map's or that of a variable in a section of its own; owned by this object. */
  public RawMap map(String name) {
    return map(collection, name);
  }

  private static CollectionSpec size(CollectionSpec spec, Capacities capacities, int cpus) {
    capacities.maxEntries(cpus).forEach((name, entries) -> spec.map(name).setMaxEntries(entries));
    return spec;
  }

  /** What the programs were loaded with. */
  public Settings settings() {
    return settings;
  }

  /** Maps and programs underneath; owned by this object. */
  public Collection collection() {
    return collection;
  }

  /** The XDP program, with support for packets in several buffers; there is none after {@link #leaveOutXdp}. */
  public Program xdp() {
    return collection.program(XDP);
  }

  /** The same pipeline on tc ingress, for what XDP passes on and for devices without XDP. */
  public Program ingress() {
    return collection.program("xlvs_ingress");
  }

  /** tc egress: replies of real servers on the director itself. */
  public Program egress() {
    return collection.program("xlvs_egress");
  }

  /**
   * Expires what has been idle too long and recounts server_load; one sweep at a time.
   *
   * @param withReplies look for server's tuples without a connection, too; there are some only after a slot of servers has been freed
   */
  public Sweep sweep(boolean withReplies) {
    return runOnContext("xlvs_sweep", Sweep.CODEC, new Sweep(0, 0, 0, 0, withReplies ? 0 : 1));
  }

  /**
   * Works off the first entries of {@link #deletions}; one caller at a time.
   *
   * @param count at most {@link Abi#DELETIONS}
   * @return how many were removed; each entry says its outcome
   */
  public int delete(int count) {
    return runOnContext("xlvs_delete", Delete.CODEC, new Delete(count, 0)).deleted();
  }

  /** Forgets what {@link #ringRecords} need no longer hold, and marks places that they hold in DRAIN; one caller at a time. */
  public RingSweep ringSweep() {
    return runOnContext("xlvs_ring_sweep", RingSweep.CODEC, new RingSweep(0, 0));
  }

  /** The kernel's clock of connections. */
  public long jiffies() {
    return runOnContext("xlvs_jiffies", Clock.CODEC, new Clock(0)).jiffies();
  }

  /** The number of the period, of about a second, that it is: {@code period32()} in forward.h. */
  public int period() {
    return (int) (jiffies() >> settings.refreshShift());
  }

  private <T> T runOnContext(String program, Codec<T> codec, T context) {
    ByteBuffer bytes = ByteBuffer.allocate(codec.sizeBytes()).order(ByteOrder.nativeOrder());
    codec.encode(context, bytes);
    TestRunResult result = collection.program(program).testRun(TestRunOptions.context(bytes.array()));
    if (result.returnValue() != 0) {
      throw new IllegalStateException("program '" + program + "' returned " + result.returnValue());
    }
    return codec.decode(ByteBuffer.wrap(result.context()).order(ByteOrder.nativeOrder()));
  }

  /** The variable {@code control}; see {@link Control}. */
  public MappedArray control() {
    return arrays.get("control");
  }

  /** Both copies of the service table; see {@link ServiceTable}. */
  public MappedArray serviceTable() {
    return arrays.get("service_table");
  }

  /** {@link Service}s by index. */
  public MappedArray services() {
    return arrays.get("services");
  }

  /** {@link Server}s by slot. */
  public MappedArray servers() {
    return arrays.get("servers");
  }

  /** Server slots by ring entry, 4 bytes each; see {@link RegionArena}. */
  public MappedArray rings() {
    return arrays.get("rings");
  }

  /** {@link LocalAddress}es by index. */
  public MappedArray localAddresses() {
    return arrays.get("local_addresses");
  }

  /** {@link NextHop}s; those from {@link Abi#CLIENT_HOPS} on are the controller's. */
  public MappedArray nextHops() {
    return arrays.get("next_hops");
  }

  /** {@link Abi#EPOCHS} words that invalidate copies of decisions when they change. */
  public MappedArray epochs() {
    return arrays.get("epochs");
  }

  /** {@link ServiceState}s by service. */
  public MappedArray serviceState() {
    return arrays.get("service_state");
  }

  /** {@link Load}s by server slot. */
  public MappedArray serverLoad() {
    return arrays.get("server_load");
  }

  /** {@link Stats} by CPU times settings.servers plus server slot. */
  public MappedArray serverStats() {
    return arrays.get("server_stats");
  }

  /** 64-bit counts by CPU times {@link Reason#STRIDE} plus reason. */
  public MappedArray reasons() {
    return arrays.get("reasons");
  }

  /** By slot: in which period (see {@link #period}) a packet of the server last took the slow way; a word, stride 8. */
  public MappedArray serverBusy() {
    return arrays.get("server_busy");
  }

  /** {@link Deletion}s for {@link #delete}. */
  public MappedArray deletions() {
    return arrays.get("deletions");
  }

  /** Established connections under the client's tuple. */
  public BpfMap<Tuple, Conn> connections() {
    return collection.map("connections", Tuple.CODEC, Conn.CODEC);
  }

  /** Handshakes under the client's tuple. */
  public BpfMap<Tuple, Conn> halfOpen() {
    return collection.map("half_open", Tuple.CODEC, Conn.CODEC);
  }

  /** The client's tuple under the server's. */
  public BpfMap<Tuple, Tuple> replies() {
    return collection.map("replies", Tuple.CODEC, Tuple.CODEC);
  }

  /** The client's tuple under the server's, of handshakes. */
  public BpfMap<Tuple, Tuple> halfReplies() {
    return collection.map("half_replies", Tuple.CODEC, Tuple.CODEC);
  }

  /** Persistence templates under the masked client. */
  public BpfMap<Tuple, Template> templates() {
    return collection.map("templates", Tuple.CODEC, Template.CODEC);
  }

  /** The same of clients whose connections are all half open. */
  public BpfMap<Tuple, Template> halfTemplates() {
    return collection.map("half_templates", Tuple.CODEC, Template.CODEC);
  }

  /** What the keys of templates of persistence engine sip were made of, the newest ones. */
  public BpfMap<Tuple, CallId> callIds() {
    return collection.map("call_ids", Tuple.CODEC, CallId.CODEC);
  }

  /** Flows that have shown themselves while their place in a ring changed. */
  public BpfMap<RingRecordKey, RingRecord> ringRecords() {
    return collection.map("ring_records", RingRecordKey.CODEC, RingRecord.CODEC);
  }

  /** Ports of datagrams whose fragments are on their way. */
  public BpfMap<FragmentKey, Fragment> fragments() {
    return collection.map("fragments", FragmentKey.CODEC, Fragment.CODEC);
  }

  /** Index of a client's next hop by neighbour. */
  public BpfMap<HopKey, Integer> clientHops() {
    return collection.map("client_hops", HopKey.CODEC, Codecs.U32);
  }

  /** Interfaces by index. */
  public BpfMap<Integer, Device> devices() {
    return collection.map("devices", Codecs.U32, Device.CODEC);
  }

  /** Where XDP may redirect to: interface index to the same index. */
  public BpfMap<Integer, Integer> txPorts() {
    return collection.map("tx_ports", Codecs.U32, Codecs.U32);
  }

  /** Unmaps the arrays and closes maps and programs; the first failure is thrown with the others suppressed. Idempotent. */
  @Override
  public void close() {
    List<AutoCloseable> all = new ArrayList<>(arrays.values());
    all.add(collection);
    arrays.clear();
    RuntimeException failure = null;
    for (AutoCloseable one : all) {
      try {
        one.close();
      } catch (Exception e) {
        RuntimeException wrapped = e instanceof RuntimeException r ? r : new IllegalStateException(e);
        if (failure == null) {
          failure = wrapped;
        } else {
          failure.addSuppressed(wrapped);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private void closeSuppressedBy(RuntimeException cause) {
    try {
      close();
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }
}
