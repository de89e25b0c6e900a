// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Deletion;
import io.xlvs.bpf.DeletionOutcome;
import io.xlvs.bpf.ServiceTable;
import io.xlvs.bpf.TableFullException;
import io.xlvs.bpf.TableMemory;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.controller.net.Link;
import io.xlvs.controller.net.Neighbour;
import io.xlvs.controller.net.NetworkListener;
import io.xlvs.controller.net.NetworkMonitor;
import io.xlvs.controller.net.Route;
import io.xlvs.controller.net.Rtnetlink;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.VirtualService;
import io.xlvs.loader.BpfException;
import io.xlvs.loader.GracePeriod;
import io.xlvs.loader.map.MappedArray;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * The data plane in the kernel. All configuration maps have one writer, this object, under one lock; packets need none. What is
 * attached and pinned outlives it.
 */
final class BpfDataPlane implements DataPlane, NetworkListener {
  private static final Set<Feature> FEATURES =
      Set.of(
          Feature.SCTP,
          Feature.FIREWALL_MARK,
          Feature.PERSISTENCE,
          Feature.PERSISTENCE_ENGINE,
          Feature.ONE_PACKET,
          Feature.THRESHOLDS,
          Feature.LEAST_CONNECTION,
          Feature.TUNNEL_GUE,
          Feature.TUNNEL_GRE,
          Feature.TUNNEL_CHECKSUM,
          Feature.TUNNEL_MIXED_FAMILY);

  private final Object lock = new Object();
  private final PinnedState pinned;
  private final boolean fresh;
  private final XlvsObjects objects;
  private final List<AutoCloseable> owned = new ArrayList<>();
  private final Rtnetlink netlink;
  private final Interfaces interfaces;
  private final ManagedNeighbours neighbours;
  private final Tables tables;
  private final ClientHops clientHops;
  private final NeighbourMacs neighbourMacs = new NeighbourMacs();
  private final Map<ServiceKey, AppliedService> applied;
  private final Planner planner;
  private final Reconciler reconciler;
  private final ServiceTable serviceTable;
  private final Housekeeping housekeeping;
  private final NetworkMonitor monitor;
  private AttachedInterfaces attached;
  private Plan prepared;
  private boolean closed;

  /**
   * Takes over the maps and starts to follow the network; attaches nothing.
   *
   * @param fresh whether the maps are new
   * @param bases and {@code leftovers}: see {@link CounterStore}
   * @param mode how it will be attached
   */
  BpfDataPlane(
      PinnedState pinned, boolean fresh, XlvsObjects objects, MappedArray bases, MappedArray leftovers, int hopCapacity,
      AttachMode mode,
      FtpPorts ftpPorts) {
    this.pinned = pinned;
    this.fresh = fresh;
    this.objects = objects;
    this.netlink = Rtnetlink.open();
    owned.addAll(List.of(netlink, bases, leftovers, objects, pinned));
    synchronized (lock) {
      // Before the first read, so that no change goes unnoticed; its events wait for the lock.
      this.monitor = NetworkMonitor.start(this);
      owned.add(0, monitor);
      this.interfaces = new Interfaces(objects, mode);
      interfaces.update(netlink.links());
      this.neighbours = new ManagedNeighbours(netlink, interfaces::link);
      this.clientHops = new ClientHops(objects, neighbours);
      EndpointSet endpoints = new EndpointSet();
      CounterStore counters = new CounterStore(objects, bases, leftovers);
      ServiceRecords services = new ServiceRecords(objects, ftpPorts);
      HopTable hops = new HopTable(objects, netlink, interfaces, neighbours, hopCapacity);
      LocalAddressTable locals = new LocalAddressTable(objects, endpoints);
      this.tables =
          new Tables(
              hops,
              new ServerTable(objects, hops, endpoints, counters),
              services,
              new RingTable(objects),
              locals,
              endpoints,
              new RequestTable(endpoints, RequestTable.markCapacity(objects.settings(), locals.capacity())),
              counters,
              new RingFirst(objects, services));
      Takeover takeover = new Takeover(tables);
      this.applied = takeover.read(objects.settings().services(), objects.settings().servers(), System.nanoTime());
      GraceThread graces = new GraceThread();
      owned.add(0, graces);
      this.serviceTable =
          new ServiceTable(
              TableMemory.of(objects.serviceTable()),
              TableMemory.of(objects.control()),
              objects.settings().bucketMask() + 1,
              objects.settings().hashSeed(),
              GracePeriod::await,
              graces);
      takeover.settle(serviceTable);
      this.planner = new Planner(applied, tables);
      this.reconciler = new Reconciler(applied, tables, serviceTable, new Epochs(objects.epochs()));
      clientHops.forget(System.nanoTime());
      netlink.neighbours(neighbourMacs::moved);
    }
    this.housekeeping = Housekeeping.start(objects, this::keepHouse);
    owned.add(0, housekeeping);
  }

  /** Attaches to the options' interfaces and detaches from others; from then on follows their coming and going. */
  void attach(DataPlaneOptions options) throws DataPlaneException {
    synchronized (lock) {
      attached = AttachedInterfaces.start(new Attachments(pinned.pins(), netlink), objects, options, netlink.links());
    }
  }

  /** What programs before these have learnt lies in an array that these do not see. */
  void forgetClients() {
    synchronized (lock) {
      clientHops.forget(System.nanoTime());
    }
  }

  @Override
  public Set<Feature> features() {
    return FEATURES;
  }

  @Override
  public void check(Configuration desired) throws DataPlaneException {
    synchronized (lock) {
      discardPrepared();
      prepared = guarded("plan", () -> plan(desired));
    }
  }

  /** Rather than refuse, it frees what removed servers hold and no connection needs. */
  private Plan plan(Configuration desired) throws DataPlaneException {
    try {
      return planner.plan(reconciler.inForce(), desired);
    } catch (CapacityException e) {
      if (!reconciler.freeEarly()) {
        throw e;
      }
      housekeeping.slotsFreed();
      return planner.plan(reconciler.inForce(), desired);
    }
  }

  @Override
  public void apply(Configuration desired) throws DataPlaneException {
    synchronized (lock) {
      if (prepared == null || prepared.desired != desired) {
        check(desired);
      }
      Plan plan = prepared;
      prepared = null;
      try {
        guarded(
            "write",
            () -> {
              reconciler.carryOut(plan, System.nanoTime());
              return null;
            });
      } finally {
        planner.discard(plan); // after a failure, what was reserved and not used
      }
    }
  }

  private interface Step<T> {
    T run() throws DataPlaneException;
  }

  private static <T> T guarded(String operation, Step<T> step) throws DataPlaneException {
    try {
      return step.run();
    } catch (BpfException | TableFullException e) {
      throw new DataPlaneException("cannot " + operation + " the configuration: " + e.getMessage(), e);
    }
  }

  private void discardPrepared() {
    if (prepared != null) {
      planner.discard(prepared);
      prepared = null;
    }
  }

  @Override
  public ServiceFigures figures(VirtualService service, boolean withCounters) {
    synchronized (lock) {
      AppliedService held = applied.get(service.key());
      return new FigureReader(tables).read(held, service, withCounters);
    }
  }

  @Override
  public void zeroCounters(Optional<ServiceKey> service) throws DataPlaneException {
    synchronized (lock) {
      applied.values().stream()
          .filter(held -> service.map(held.key::equals).orElse(true))
          .forEach(reconciler::zero);
      if (service.isEmpty()) {
        tables.counters().zeroDirector();
      }
    }
  }

  @Override
  public void forEachConnection(ConnectionFilter filter, ConnectionVisitor visitor) throws DataPlaneException {
    guarded(
        "read connections of",
        () -> {
          reader(filter).read(visitor);
          return null;
        });
  }

  private ConnectionReader reader(ConnectionFilter filter) {
    return new ConnectionReader(objects, filter, filter.service().map(this::index));
  }

  @Override
  public DeletedConnections deleteConnections(ConnectionFilter filter, BooleanSupplier stop) throws DataPlaneException {
    return guarded("delete connections of", () -> new ConnectionDeleter(reader(filter), this::delete, stop).delete());
  }

  /** A batch at a time, about a millisecond, so that nobody waits for a million connections. */
  private List<DeletionOutcome> delete(List<Deletion> batch) {
    synchronized (lock) {
      if (closed) {
        throw new IllegalStateException("xlvsd is going down: the connections that are left stay");
      }
      return ConnectionDeleter.run(objects, batch);
    }
  }

  /** The index of a service; -1, which no connection names, if it has none. */
  private int index(ServiceKey key) {
    synchronized (lock) {
      AppliedService held = applied.get(key);
      return held == null ? -1 : held.index;
    }
  }

  @Override
  public Set<IpAddress> ownAddresses(Collection<IpAddress> addresses) {
    Set<IpAddress> own = new HashSet<>();
    netlink.routes(addresses).forEach((address, route) -> {
      if (route.kind() == Route.Kind.LOCAL) {
        own.add(address);
      }
    });
    return own;
  }

  @Override
  public DataPlaneStatus status() {
    synchronized (lock) {
      List<DataPlaneStatus.Interface> interfaces = attached == null ? List.of() : attached.status();
      List<String> notes = new ArrayList<>(new HostNotes(netlink).read(applied.values(), interfaces));
      notes.addAll(tables.ringFirst().notes());
      return new StatusReader(objects, tables, serviceTable, clientHops, housekeeping.lastSweep()).read(interfaces, notes);
    }
  }

  /** Once a second. */
  private void keepHouse(long tick) {
    if (tick % CounterStore.SAMPLE_SECONDS == 0) {
      tables.counters().step(lock, () -> closed, objects::period);
    }
    synchronized (lock) {
      if (closed) {
        return;
      }
      if (reconciler.freeRested(System.nanoTime())) {
        housekeeping.slotsFreed();
        discardPrepared(); // it may count on a slot that is free now
      }
      if (tick % Housekeeping.SLOW_TICKS == 0) {
        reconciler.freeLocals();
      }
      clientHops.keepGateways(System.nanoTime());
    }
    tables.ringFirst().keep(lock, () -> closed);
  }

  @Override
  public void neighbourChanged(Neighbour neighbour) {
    synchronized (lock) {
      if (!closed) {
        neighbours.changed(neighbour);
        tables.hops().neighbourChanged(neighbour);
        if (neighbourMacs.moved(neighbour)) {
          clientHops.forget(System.nanoTime());
        }
      }
    }
  }

  @Override
  public void networkChanged() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      discardPrepared(); // its routes may be outdated
      Map<Integer, Link> links = netlink.links();
      interfaces.update(links);
      if (attached != null) {
        attached.follow(links);
      }
      neighbours.refresh();
      if (tables.hops().refresh()) {
        applied.values().forEach(service -> service.slots.values().forEach(tables.servers()::rewrite));
      }
      clientHops.forget(System.nanoTime());
    }
  }

  @Override
  public boolean isFresh() {
    return fresh;
  }

  @Override
  public void detach() throws DataPlaneException {
    synchronized (lock) {
      guarded(
          "detach",
          () -> {
            new Attachments(pinned.pins(), netlink).detachOthers(Set.of(), netlink.links().values());
            neighbours.releaseAll(HopTable.neighbours(objects.nextHops()));
            pinned.removeAll();
            return null;
          });
      owned.remove(pinned);
      owned.add(pinned::closeAndUnmount);
    }
    close();
  }

  @Override
  public void close() {
    List<AutoCloseable> all;
    synchronized (lock) {
      closed = true;
      all = List.copyOf(owned);
      owned.clear();
    }
    // Outside the lock: threads that wait for it must end first.
    Resources.closeAll(all);
  }
}
