// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Capacities;
import io.xlvs.bpf.Endpoint;
import io.xlvs.bpf.ServiceTable;
import io.xlvs.bpf.Settings;
import io.xlvs.bpf.TableMemory;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.controller.net.Rtnetlink;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.MarkRule;
import io.xlvs.controller.service.PersistentMap;
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.Sysctls;
import io.xlvs.controller.service.Timeouts;
import io.xlvs.controller.service.Tunnel;
import io.xlvs.controller.service.VirtualService;
import io.xlvs.loader.Bpf;
import io.xlvs.loader.GracePeriod;
import io.xlvs.loader.map.MapInfo;
import io.xlvs.loader.map.MapType;
import io.xlvs.loader.map.MappedArray;
import io.xlvs.loader.map.RawMap;
import io.xlvs.loader.net.NetNs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The planner and the reconciler on real maps, without packets and without a network, by a clock of the test's own. Needs root. */
abstract class ControllerOnMaps {
  static final ServiceKey.Endpoint KEY =
      new ServiceKey.Endpoint(Protocol.TCP, IpAddress.parse("10.0.0.100"), 80);
  static final Settings SETTINGS =
      Capacities.SMALL.settings(Bpf.possibleCpus(), 250, 99, Capacities.Limits.DEFAULT);

  private final List<AutoCloseable> open = new ArrayList<>();
  XlvsObjects objects;
  MappedArray bases;
  MappedArray leftovers;
  Rtnetlink netlink;
  Tables tables;
  Map<ServiceKey, AppliedService> applied;
  ServiceTable serviceTable;
  Planner planner;
  Reconciler reconciler;
  long revision;
  /** Long ago: what looks at the system's clock as well waits for ever, however long the machine is up. */
  long nowNanos = System.nanoTime() - TimeUnit.DAYS.toNanos(1000);

  @BeforeEach
  void load() {
    own(NetNs.enterNew()); // no routes: what is tested here is not the network
    objects = own(XlvsObjects.load(
        XlvsObjects.parse().loadOnly(programs()), Capacities.SMALL, SETTINGS, Optional.empty()));
    bases = array(Capacities.SMALL.servers());
    leftovers = array(CounterStore.leftoverElements(Capacities.SMALL.services()));
    netlink = own(Rtnetlink.open());
    startController();
  }

  /** What is loaded beside the maps. */
  String[] programs() {
    return new String[] {"xlvs_sweep", "xlvs_jiffies"};
  }

  @AfterEach
  void close() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
  }

  /** What a daemon does when it starts, on whatever the maps hold. */
  void startController() {
    Interfaces interfaces = new Interfaces(objects, AttachMode.NATIVE);
    interfaces.update(netlink.links());
    EndpointSet endpoints = new EndpointSet();
    CounterStore counters = new CounterStore(objects, bases, leftovers);
    HopTable hops = new HopTable(objects, netlink, interfaces, new ManagedNeighbours(netlink, interfaces::link), Capacities.SMALL.hops());
    RequestTable requests = new RequestTable(endpoints, RequestTable.markCapacity(SETTINGS, Capacities.SMALL.localAddresses()));
    ServiceRecords services = new ServiceRecords(objects, FtpPorts.DEFAULT);
    tables = new Tables(
        hops, new ServerTable(objects, hops, endpoints, counters), services, new RingTable(objects),
        new LocalAddressTable(objects, endpoints), endpoints, requests, counters,
        new RingFirst(objects, services));
    Takeover takeover = new Takeover(tables);
    applied = takeover.read(SETTINGS.services(), SETTINGS.servers(), nowNanos);
    serviceTable = new ServiceTable(
        TableMemory.of(objects.serviceTable()), TableMemory.of(objects.control()), SETTINGS.bucketMask() + 1,
        SETTINGS.hashSeed(), GracePeriod::await);
    takeover.settle(serviceTable);
    planner = new Planner(applied, tables);
    reconciler = new Reconciler(applied, tables, serviceTable, new Epochs(objects.epochs()));
  }

  void apply(VirtualService... services) throws DataPlaneException {
    apply(List.of(), services);
  }

  void apply(List<MarkRule> rules, VirtualService... services) throws DataPlaneException {
    Configuration previous = reconciler.inForce().orElse(Configuration.empty());
    Configuration desired = following(previous, configuration(rules, services));
    reconciler.carryOut(planner.plan(reconciler.inForce(), desired), nowNanos);
  }

  /** The same content, grown out of another configuration as a transaction's is. */
  private static Configuration following(Configuration previous, Configuration content) {
    PersistentMap<ServiceKey, VirtualService> services = previous.services();
    for (ServiceKey key : previous.services().keySet()) {
      services = content.services().containsKey(key) ? services : services.without(key);
    }
    for (VirtualService service : content.services().values()) {
      services = services.with(service.key(), service);
    }
    boolean sameRules = previous.markRules().equals(content.markRules());
    return previous.next(content.revision(), content.timeouts(), content.sysctls(), services, sameRules ? previous.markRules() : content.markRules());
  }

  Configuration configuration(List<MarkRule> rules, VirtualService... services) {
    revision++;
    Map<ServiceKey, VirtualService> unique = new LinkedHashMap<>();
    Arrays.stream(services).forEach(service -> unique.put(service.key(), service));
    return Configuration.of(revision, Timeouts.DEFAULT, Sysctls.DEFAULT, unique.values(), rules);
  }

  void pass(int seconds) {
    nowNanos += TimeUnit.SECONDS.toNanos(seconds);
    reconciler.freeRested(nowNanos);
  }

  static RealServer nat(int number) {
    return server(number, ForwardingMethod.NAT);
  }

  static RealServer server(int number, ForwardingMethod method) {
    return new RealServer(IpAddress.ofIpv4(0xc0000200 + number), 8080, method, 1, 1, 0, 0, Tunnel.DEFAULT, 1);
  }

  VirtualService service(String scheduler, RealServer... servers) {
    return new VirtualService(KEY, scheduler, Set.of(), 0, 0, 0, "", false, Timeouts.NONE, List.of(servers), List.of(), 1, revision);
  }

  MappedArray array(int elements) {
    RawMap map = own(RawMap.create(
        "test", MapType.ARRAY, 4, CounterStore.ELEMENT_BYTES, elements, MapInfo.MMAPABLE));
    return own(MappedArray.map(map));
  }

  Set<Endpoint> endpoints() {
    Set<Endpoint> all = new HashSet<>();
    serviceTable.forEach(all::add);
    return all;
  }

  static byte[] bytes(MappedArray array) {
    byte[] copy = new byte[Math.toIntExact(array.sizeBytes())];
    array.getBytes(0, copy);
    return copy;
  }

  <T extends AutoCloseable> T own(T resource) {
    open.add(resource);
    return resource;
  }
}
