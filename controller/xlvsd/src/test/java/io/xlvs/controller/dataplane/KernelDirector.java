// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Capacities;
import io.xlvs.bpf.Conn;
import io.xlvs.bpf.Endpoint;
import io.xlvs.bpf.EndpointKind;
import io.xlvs.bpf.Family;
import io.xlvs.bpf.Load;
import io.xlvs.bpf.Server;
import io.xlvs.bpf.ServiceTable;
import io.xlvs.bpf.Settings;
import io.xlvs.bpf.TableMemory;
import io.xlvs.bpf.Tuple;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.controller.net.Rtnetlink;
import io.xlvs.controller.schedule.Recording;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.SchedulerFlag;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.Timeouts;
import io.xlvs.controller.service.VirtualService;
import io.xlvs.loader.Bpf;
import io.xlvs.loader.GracePeriod;
import io.xlvs.loader.TestRunOptions;
import io.xlvs.loader.map.BpfMap;
import io.xlvs.loader.map.Codecs;
import io.xlvs.loader.map.MapInfo;
import io.xlvs.loader.map.MapType;
import io.xlvs.loader.map.MappedArray;
import io.xlvs.loader.map.RawMap;
import io.xlvs.loader.net.NetNs;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The planner and reconciler on real maps, and the XDP program on SYNs: which server does the kernel pick? The network has no
 * routes, so that no packet leaves; its connection is made all the same. Needs root.
 */
final class KernelDirector implements Recording.Director, AutoCloseable {
  private static final Settings SETTINGS = Capacities.SMALL.settings(Bpf.possibleCpus(), 250, 99, Capacities.Limits.DEFAULT);
  private static final int SYN_LENGTH = 14 + 20 + 20;
  private static final int ACTIVE = Load.LAYOUT.offset("active");
  private static final int INACTIVE = Load.LAYOUT.offset("inactive");

  /** struct destination_key and struct destination in maps.h, and the latter's member. */
  private static final int DESTINATION_KEY = 24;
  private static final int DESTINATION = 24 + 32 * 8;
  private static final int CHANGED = 8;

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final Map<ServiceKey, AppliedService> applied = new LinkedHashMap<>();
  private final XlvsObjects objects;
  private final Tables tables;
  private final ServiceTable serviceTable;
  private long revision;
  private ServiceKey.Endpoint key;

  KernelDirector() {
    own(NetNs.enterNew());
    objects = own(XlvsObjects.load(XlvsObjects.parse().loadOnly("xlvs_xdp", "xlvs_jiffies"), Capacities.SMALL, SETTINGS, Optional.empty()));
    Rtnetlink netlink = own(Rtnetlink.open());
    Interfaces interfaces = new Interfaces(objects, AttachMode.NATIVE);
    interfaces.update(netlink.links());
    EndpointSet endpoints = new EndpointSet();
    CounterStore counters =
        new CounterStore(objects, array(Capacities.SMALL.servers()), array(CounterStore.leftoverElements(Capacities.SMALL.services())));
    HopTable hops = new HopTable(objects, netlink, interfaces, new ManagedNeighbours(netlink, interfaces::link), Capacities.SMALL.hops());
    ServiceRecords services = new ServiceRecords(objects, FtpPorts.DEFAULT);
    tables = new Tables(
        hops, new ServerTable(objects, hops, endpoints, counters), services, new RingTable(objects),
        new LocalAddressTable(objects, endpoints), endpoints,
        new RequestTable(endpoints, RequestTable.markCapacity(SETTINGS, Capacities.SMALL.localAddresses())), counters,
        new RingFirst(objects, services));
    serviceTable = new ServiceTable(
        TableMemory.of(objects.serviceTable()), TableMemory.of(objects.control()), SETTINGS.bucketMask() + 1,
        SETTINGS.hashSeed(), GracePeriod::await);
  }

  /** Makes this the only service; a changed one keeps its connections. */
  void apply(VirtualService service) {
    revision++;
    try {
      Plan plan = new Planner(applied, tables).plan(Optional.empty(), Configuration.of(revision, Timeouts.DEFAULT, List.of(service)));
      new Reconciler(applied, tables, serviceTable, new Epochs(objects.epochs())).carryOut(plan, revision);
    } catch (DataPlaneException e) {
      throw new AssertionError(e);
    }
    key = (ServiceKey.Endpoint) service.key();
  }

  VirtualService service() {
    return applied.get(key).service;
  }

  @Override
  public void change(String scheduler, List<RealServer> servers) {
    change(scheduler, applied.get(key).service.schedulerFlags(), servers);
  }

  void setFlags(Set<SchedulerFlag> flags) {
    change(applied.get(key).service.scheduler(), flags, applied.get(key).service.servers());
  }

  private void change(String scheduler, Set<SchedulerFlag> flags, List<RealServer> servers) {
    long created = applied.get(key).service.createRevision();
    apply(new VirtualService(key, scheduler, flags, 0, 0, 0, "", false, Timeouts.NONE, servers, List.of(), created, revision));
  }

  /** Every set of servers that lblcr keeps is as it is for more than a day. */
  @Override
  public void passDay() {
    BpfMap<byte[], byte[]> destinations =
        objects.collection().map("destinations", Codecs.bytes(DESTINATION_KEY), Codecs.bytes(DESTINATION));
    destinations.entries().forEach((destination, set) -> {
      ByteBuffer words = ByteBuffer.wrap(set).order(ByteOrder.nativeOrder());
      words.putLong(CHANGED, words.getLong(CHANGED) - 25L * 3600 * SETTINGS.jiffiesPerSecond());
      destinations.update(destination, set);
    });
  }

  /** Leads other addresses to the service too, as a firewall mark would. */
  void alsoServe(List<IpAddress> destinations) {
    List<Endpoint> more = new ArrayList<>();
    for (IpAddress destination : destinations) {
      more.add(new Endpoint(
          Convert.wire(destination), key.port(), key.protocol().number(), EndpointKind.SERVICE, Family.IPV4,
          applied.get(key).index));
      more.add(new Endpoint(Convert.wire(destination), 0, 0, EndpointKind.VIP, Family.IPV4, 0));
    }
    serviceTable.apply(List.of(), more);
  }

  @Override
  public char pick(IpAddress client, int port, IpAddress destination) {
    objects.xdp().testRun(TestRunOptions.packet(syn(client, port, destination)));
    return connection(client, port, destination).map(conn -> name(conn.server())).orElse('X');
  }

  /** The connection that a SYN has made. */
  Optional<Conn> connection(IpAddress client, int port, IpAddress destination) {
    return objects.halfOpen().lookup(new Tuple(
        Convert.wire(client), Convert.wire(destination), port, key.port(), key.protocol().number(), Family.IPV4));
  }

  @Override
  public void close(char server) {
    MappedArray load = objects.serverLoad();
    long at = loadOf(server);
    count(server, load.getInt(at + ACTIVE) - 1, load.getInt(at + INACTIVE) + 1);
  }

  @Override
  public void count(char server, int active, int inactive) {
    objects.serverLoad().putInt(loadOf(server) + ACTIVE, active);
    objects.serverLoad().putInt(loadOf(server) + INACTIVE, inactive);
  }

  /** Marks a server as one that has reached its upper threshold. */
  void overload(char server) {
    objects.serverLoad().putInt(loadOf(server) + Load.LAYOUT.offset("overloaded"), 1);
  }

  /** Takes a server away, as a removal does after the ring has been exchanged: who still reads the ring meets this. */
  void withdraw(char server) {
    long slot = loadOf(server) / Load.LAYOUT.size();
    objects.servers().putInt(slot * Server.LAYOUT.size() + Server.LAYOUT.offset("flags"), 0);
  }

  private long loadOf(char server) {
    for (ServerSlot slot : applied.get(key).slots.values()) {
      if (name(slot.index) == server) {
        return (long) slot.index * Load.LAYOUT.size();
      }
    }
    throw new IllegalArgumentException("no server " + server);
  }

  private char name(int slot) {
    for (ServerSlot one : applied.get(key).slots.values()) {
      if (one.index == slot) {
        return Recording.name(one.key.address());
      }
    }
    throw new IllegalStateException("slot " + slot + " is not one of the service's");
  }

  private byte[] syn(IpAddress client, int port, IpAddress destination) {
    ByteBuffer frame = ByteBuffer.allocate(SYN_LENGTH);
    frame.putShort(12, (short) 0x0800);
    frame.put(14, (byte) 0x45).putShort(16, (short) 40).put(22, (byte) 64).put(23, (byte) 6);
    frame.putInt(26, (int) client.lowBits()).putInt(30, (int) destination.lowBits());
    frame.putShort(34, (short) port).putShort(36, (short) key.port());
    frame.put(46, (byte) 0x50).put(47, (byte) 2);
    return frame.array();
  }

  private MappedArray array(int entries) {
    return own(MappedArray.map(own(RawMap.create(
        "test", MapType.ARRAY, Integer.BYTES, CounterStore.ELEMENT_BYTES, entries, MapInfo.MMAPABLE))));
  }

  private <T extends AutoCloseable> T own(T resource) {
    open.push(resource);
    return resource;
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
  }
}
