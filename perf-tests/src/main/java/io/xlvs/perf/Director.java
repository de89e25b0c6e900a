// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Abi;
import io.xlvs.bpf.AddressFilter;
import io.xlvs.bpf.Capacities;
import io.xlvs.bpf.Conn;
import io.xlvs.bpf.ConnFlag;
import io.xlvs.bpf.Control;
import io.xlvs.bpf.Device;
import io.xlvs.bpf.Endpoint;
import io.xlvs.bpf.EndpointKind;
import io.xlvs.bpf.Family;
import io.xlvs.bpf.Flags;
import io.xlvs.bpf.LocalAddress;
import io.xlvs.bpf.MacAddress;
import io.xlvs.bpf.Method;
import io.xlvs.bpf.NextHop;
import io.xlvs.bpf.NextHopFlag;
import io.xlvs.bpf.Pick;
import io.xlvs.bpf.Place;
import io.xlvs.bpf.Region;
import io.xlvs.bpf.Server;
import io.xlvs.bpf.ServerFlag;
import io.xlvs.bpf.Service;
import io.xlvs.bpf.ServiceFlag;
import io.xlvs.bpf.ServiceTable;
import io.xlvs.bpf.Settings;
import io.xlvs.bpf.State;
import io.xlvs.bpf.Stats;
import io.xlvs.bpf.Sweep;
import io.xlvs.bpf.TableMemory;
import io.xlvs.bpf.Tunnel;
import io.xlvs.bpf.Tuple;
import io.xlvs.bpf.WireAddress;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.loader.Bpf;
import io.xlvs.loader.CollectionSpec;
import io.xlvs.loader.Program;
import io.xlvs.loader.map.Codec;
import io.xlvs.loader.map.MappedArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** The data plane, configured with every {@link Plan} and perhaps thousands of other services. */
final class Director implements AutoCloseable {
  private static final int HASH_SEED = 0x5eed;

  /**
   * 64 times as many as there are: to the data plane half an hour is 30 s, for which a cached decision counts unchecked. Between two packets
   * of one of millions of flows that take turns with other programs' flows here, more time passes than at any rate worth measuring.
   */
  private static final int JIFFIES_PER_SECOND = 64 * 250;

  private static final int NEVER = 1 << 30;
  private static final int GENERATION = 1;

  /** Entries of rings that each service has. */
  static final int RING_STRIDE = 16;

  private static final int HOP = Abi.CLIENT_HOPS;

  /** Of {@link #schedule}: behind the slots and rings of all plans. */
  private static final int FIRST_SLOT = 1024;
  private static final int FREE_RING = 1024 * RING_STRIDE;

  /** Networks of services that get no packets: VIPs, and their servers. */
  private static final int OTHER_VIPS = 11 << 24;
  private static final int OTHER_SERVERS = 12 << 24;

  /**
   * The interfaces that packets leave by.
   *
   * @param clients index of the one towards clients
   * @param servers index of the one towards real servers; may be the same
   */
  record Ways(int clients, int servers) {}

  private final XlvsObjects objects;
  private final long now;

  /** Of a FULLNAT service: enough for as many flows as there may be connections. */
  private final int locals;

  private final Map<Plan, Integer> established = new HashMap<>();

  /**
   * Loads and configures the program for XDP, with certain plans only.
   *
   * @param lab where packets leave to
   * @param services how many in all, at least those of the plans; the others get no packets
   */
  Director(Lab lab, Capacities capacities, List<Plan> plans, int services) {
    this("xlvs_xdp", new Ways(lab.uplink, lab.uplink), capacities, plans, services);
  }

  /** As above, with all plans. */
  Director(Lab lab, Capacities capacities) {
    this(lab, capacities, Plan.all(), 0);
  }

  /** As above, between other interfaces of the calling thread's network namespace. */
  Director(String program, Ways ways, Capacities capacities, List<Plan> plans, int services) {
    CollectionSpec spec = XlvsObjects.parse().loadOnly(program, "xlvs_jiffies", "xlvs_sweep");
    Settings settings =
        capacities.settings(Bpf.possibleCpus(), JIFFIES_PER_SECOND, HASH_SEED, Capacities.Limits.DEFAULT);
    objects = XlvsObjects.load(spec, capacities, settings, Optional.empty());
    locals = Plan.localAddresses(capacities.connections());
    try {
      now = objects.jiffies();
      configure(ways, plans, services);
    } catch (RuntimeException e) {
      objects.close();
      throw e;
    }
  }

  Program xdp() {
    return objects.xdp();
  }

  /** The clock of connections, now. */
  long jiffies() {
    return objects.jiffies();
  }

  /** The same for tc. */
  Program ingress() {
    return objects.ingress();
  }

  /** Makes a connection whose server has not answered yet. */
  void begin(Plan plan, int flow) {
    objects.halfOpen().update(client(plan, flow), connection(plan, flow, plan.index()));
    objects.halfReplies().update(reply(plan, flow), client(plan, flow));
  }

  /** Makes connections 0 to {@code flows - 1}, established in both directions, unless they have been made. */
  void establish(Plan plan, int flows) {
    if (flows <= established.getOrDefault(plan, 0)) {
      return;
    }
    established.put(plan, flows);
    connect(plan, flows, flow -> plan.index());
    if (plan.translates()) {
      Iterable<Map.Entry<Tuple, Tuple>> replies =
          () -> IntStream.range(0, flows).mapToObj(flow -> Map.entry(reply(plan, flow), client(plan, flow))).iterator();
      objects.replies().updateBatch(replies);
    }
  }

  /** As above, those of a service with so many servers ({@link #schedule}), each server in turn; for methods without replies. */
  void establish(Plan plan, int flows, int servers) {
    connect(plan, flows, flow -> FIRST_SLOT + flow % servers);
  }

  private void connect(Plan plan, int flows, IntUnaryOperator slot) {
    Iterable<Map.Entry<Tuple, Conn>> connections =
        () -> IntStream.range(0, flows)
            .mapToObj(flow -> Map.entry(client(plan, flow), connection(plan, flow, slot.applyAsInt(flow))))
            .iterator();
    objects.connections().updateBatch(connections);
  }

  /** Expires and recounts connections, as the daemon has it done. */
  Sweep sweep(boolean withReplies) {
    return objects.sweep(withReplies);
  }

  /** Ends every connection of the service's server, as when its slot goes to another. */
  void forget(Plan plan) {
    MappedArray servers = objects.servers();
    long generation = plan.index() * servers.strideBytes() + Server.LAYOUT.offset("generation");
    servers.putInt(generation, GENERATION + 1);
    sweep(true);
    servers.putInt(generation, GENERATION);
    established.remove(plan);
  }

  /** Packets that went to or came from the service's server, on all CPUs. */
  long packets(Plan plan) {
    return slotPackets(plan.index());
  }

  /** Packets that went to servers of {@link #schedule}, on all CPUs. */
  long packets(int servers) {
    return IntStream.range(0, servers).mapToLong(server -> slotPackets(FIRST_SLOT + server)).sum();
  }

  private long slotPackets(int slot) {
    return count(slot, "in_packets") + count(slot, "out_packets");
  }

  /** The slot of the server that an established connection leads to; -1 if there is no such connection. */
  int serverOf(Plan plan, int flow) {
    return objects.connections().lookup(client(plan, flow)).map(Conn::server).orElse(-1);
  }

  /** Packets that went to the server in a slot, on all CPUs. */
  long received(int slot) {
    return count(slot, "in_packets");
  }

  /** Connections that the service's server got, on all CPUs. */
  long begun(Plan plan) {
    return count(plan.index(), "connections");
  }

  /** What a server's counters have together. */
  private long count(int server, String counter) {
    MappedArray stats = objects.serverStats();
    long sum = 0;
    for (int cpu = 0; cpu < objects.settings().cpus(); cpu++) {
      long at = ((long) cpu * objects.settings().servers() + server) * stats.strideBytes();
      sum += stats.getLong(at + Stats.LAYOUT.offset(counter));
    }
    return sum;
  }

  private static Tuple client(Plan plan, int flow) {
    return new Tuple(
        Plan.wire(plan.client(flow)), Plan.wire(plan.vip()), Flows.port(flow), plan.servicePort(), plan.transport().number,
        plan.family());
  }

  private static Tuple reply(Plan plan, int flow) {
    byte[] to = plan.method() == Method.FULLNAT ? plan.local(flow) : plan.client(flow);
    return new Tuple(
        Plan.wire(plan.server()), Plan.wire(to), plan.serverPort(), Flows.port(flow), plan.transport().number, plan.family());
  }

  private Conn connection(Plan plan, int flow, int slot) {
    boolean fullnat = plan.method() == Method.FULLNAT;
    int flags = plan.translates() ? 0 : Flags.of(ConnFlag.INPUT_ONLY);
    flags |= fullnat ? Flags.of(ConnFlag.TOA_DONE) : 0;
    State state = plan.transport() == Transport.TCP ? State.ESTABLISHED : State.UDP;
    flags |= state == State.ESTABLISHED ? Flags.of(ConnFlag.COUNTED_ACTIVE) : 0;
    return new Conn(
        now, slot, GENERATION, plan.index(), NEVER, state, plan.method(), flags, 0,
        fullnat ? Plan.wire(plan.local(flow)) : WireAddress.ZERO, fullnat ? Flows.port(flow) : 0, plan.serverPort(),
        fullnat ? firstLocal(plan) + Flows.addressStep(flow) : 0, 0, 0, 0, 0);
  }

  private int firstLocal(Plan plan) {
    return plan.index() * locals;
  }

  private void configure(Ways ways, List<Plan> plans, int services) {
    for (State state : State.values()) {
      objects.control().putInt(Control.timeout(state), NEVER);
    }
    for (int way : new int[] {ways.clients, ways.servers}) {
      objects.devices().update(way, new Device(way, 1500, 0, 0));
      objects.txPorts().update(way, way);
    }
    MacAddress director = MacAddress.of(new byte[] {2, 0, 0, 0, 1, 1});
    MacAddress server = MacAddress.of(new byte[] {2, 0, 0, 0, 2, 2});
    NextHop hop =
        new NextHop(
            server, director, ways.servers, ways.servers, 1500, Flags.of(NextHopFlag.RESOLVED), 0, WireAddress.ZERO,
            Optional.of(Family.IPV4));
    put(objects.nextHops(), HOP, NextHop.CODEC, hop);
    List<Endpoint> endpoints = new ArrayList<>();
    plans.forEach(plan -> add(plan, endpoints));
    for (int other = plans.size(); other < services; other++) {
      addOther(Plan.all().size() + other, endpoints);
    }
    int buckets = objects.settings().bucketMask() + 1;
    new ServiceTable(
            TableMemory.of(objects.serviceTable()), TableMemory.of(objects.control()), buckets, HASH_SEED, () -> { })
        .apply(List.of(), endpoints);
  }

  private void add(Plan plan, List<Endpoint> endpoints) {
    endpoints.add(endpoint(plan.vip(), plan.servicePort(), plan.transport().number, EndpointKind.SERVICE, plan));
    endpoints.add(endpoint(plan.vip(), 0, 0, EndpointKind.VIP, plan));
    Region addresses = Region.NONE;
    if (plan.method() == Method.NAT) {
      endpoints.add(endpoint(plan.server(), plan.serverPort(), plan.transport().number, EndpointKind.SERVER, plan));
    } else if (plan.method() == Method.FULLNAT) {
      addresses = new Region(firstLocal(plan), locals);
      for (int i = 0; i < locals; i++) {
        byte[] local = plan.local(i << 14);
        put(objects.localAddresses(), addresses.offset() + i, LocalAddress.CODEC, new LocalAddress(Plan.wire(local), plan.family(), 0));
        endpoints.add(endpoint(local, 0, 0, EndpointKind.LOCAL, plan));
      }
    }
    putService(plan.index(), addresses, Plan.wire(plan.vip()), plan);
    WireAddress tunnelSource = plan.method() == Method.TUN ? Plan.wire(plan.director()) : WireAddress.ZERO;
    Server server =
        new Server(
            Plan.wire(plan.server()), plan.serverPort(), plan.family(), plan.method(), Flags.of(ServerFlag.AVAILABLE), HOP,
            plan.index(), GENERATION, Tunnel.IPIP, 0, 0, tunnelSource, plan.serverPort(), 1, 0, 0);
    put(objects.servers(), plan.index(), Server.CODEC, server);
  }

  /**
   * Gives a service so many servers, each with a connection, and has it pick one of them by this rule; the worst case of each: nq finds
   * none without connections, ovf takes the last.
   */
  void schedule(Plan plan, Pick pick, int servers) {
    WireAddress tunnelSource = plan.method() == Method.TUN ? Plan.wire(plan.director()) : WireAddress.ZERO;
    for (int i = 0; i < servers; i++) {
      Server server =
          new Server(
              Plan.wire(plan.server()), plan.serverPort(), plan.family(), plan.method(), Flags.of(ServerFlag.AVAILABLE), HOP,
              plan.index(), GENERATION, Tunnel.IPIP, 0, 0, tunnelSource, plan.serverPort(), 1, 0, 0);
      put(objects.servers(), FIRST_SLOT + i, Server.CODEC, server);
      objects.serverLoad().putInt((long) (FIRST_SLOT + i) * objects.serverLoad().strideBytes(), 1);
    }
    int[] ring = ring(pick, servers);
    for (int i = 0; i < ring.length; i++) {
      objects.rings().putInt(4L * (FREE_RING + i), ring[i]);
    }
    putService(plan.index(), new Region(FREE_RING, ring.length), Region.NONE, Plan.wire(plan.vip()), pick, plan);
  }

  /** Makes a service ring first, every place of its ring being its server's. */
  void ringFirst(Plan plan, Pick pick) {
    int places = pick == Pick.SH ? 256 : 4093;
    for (int i = 0; i < places; i++) {
      objects.rings().putLong(4L * (FREE_RING + Place.ENTRIES * i), Place.stable(plan.index()).word());
    }
    AddressFilter.admitRingFirst(TableMemory.of(objects.control()), Plan.wire(plan.vip()));
    putService(plan.index(), new Region(FREE_RING, Place.ENTRIES * places), Region.NONE, Plan.wire(plan.vip()), pick, plan,
        Flags.of(ServiceFlag.IN_USE, ServiceFlag.RING_FIRST, ServiceFlag.HASH_PORT));
  }

  /** What the controller computes for servers of weight 1. */
  private static int[] ring(Pick pick, int servers) {
    return switch (pick) {
      case NEXT, FO -> IntStream.range(0, servers).map(i -> FIRST_SLOT + i).toArray();
      case SH, DH -> IntStream.range(0, 256).map(i -> FIRST_SLOT + i % servers).toArray();
      case MH -> IntStream.range(0, 4093).map(i -> FIRST_SLOT + i % servers).toArray();
      case TWOS -> IntStream.range(0, servers).flatMap(i -> IntStream.of(FIRST_SLOT + i, -1, FIRST_SLOT + i, 0)).toArray();
      case OVF -> IntStream.range(0, servers).flatMap(i -> IntStream.of(FIRST_SLOT + i, i < servers - 1 ? 0 : Integer.MAX_VALUE)).toArray();
      default -> IntStream.range(0, servers).flatMap(i -> IntStream.of(FIRST_SLOT + i, 1)).toArray();
    };
  }

  private void putService(int index, Region locals, WireAddress vip, Plan like) {
    objects.rings().putInt(4L * index * RING_STRIDE, like.index());
    putService(index, new Region(index * RING_STRIDE, 1), locals, vip, Pick.NEXT, like);
  }

  private void putService(int index, Region ring, Region locals, WireAddress vip, Pick pick, Plan like) {
    putService(index, ring, locals, vip, pick, like, Flags.of(ServiceFlag.IN_USE));
  }

  private void putService(int index, Region ring, Region locals, WireAddress vip, Pick pick, Plan like, int flags) {
    Service service =
        new Service(
            ring, locals, vip, like.servicePort(), like.transport().number, like.family(),
            flags, pick, GENERATION, 0, WireAddress.ZERO, 0, 0, 0);
    put(objects.services(), index, Service.CODEC, service);
  }

  /** A service of its own address, with a NAT server of its own address: both are known to the service table. */
  private void addOther(int index, List<Endpoint> endpoints) {
    Plan like = Plan.of(Method.NAT, Family.IPV4, Transport.TCP);
    WireAddress vip = WireAddress.ofIpv4(OTHER_VIPS + index);
    putService(index, Region.NONE, vip, like);
    endpoints.add(new Endpoint(vip, 80, 6, EndpointKind.SERVICE, Family.IPV4, index));
    endpoints.add(new Endpoint(vip, 0, 0, EndpointKind.VIP, Family.IPV4, 0));
    endpoints.add(new Endpoint(WireAddress.ofIpv4(OTHER_SERVERS + index), 8080, 6, EndpointKind.SERVER, Family.IPV4, 0));
  }

  private static Endpoint endpoint(byte[] address, int port, int protocol, EndpointKind kind, Plan plan) {
    int index = kind == EndpointKind.SERVICE ? plan.index() : 0;
    return new Endpoint(Plan.wire(address), port, protocol, kind, plan.family(), index);
  }

  private static <T> void put(MappedArray array, int index, Codec<T> codec, T value) {
    ByteBuffer bytes = ByteBuffer.allocate(codec.sizeBytes()).order(ByteOrder.nativeOrder());
    codec.encode(value, bytes);
    array.putBytes((long) index * array.strideBytes(), bytes.array());
  }

  @Override
  public void close() {
    objects.close();
  }
}
