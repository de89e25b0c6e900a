// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Region;
import io.xlvs.controller.dataplane.Plan.ServiceChange;
import io.xlvs.controller.net.Route;
import io.xlvs.controller.schedule.Ring;
import io.xlvs.controller.schedule.Scheduler;
import io.xlvs.controller.schedule.Schedulers;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.VirtualService;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Compares a configuration with what the maps hold, and refuses what cannot be before anything is written. */
final class Planner {
  private final Map<ServiceKey, AppliedService> applied;
  private final Tables tables;

  Planner(Map<ServiceKey, AppliedService> applied, Tables tables) {
    this.applied = applied;
    this.tables = tables;
  }

  /**
   * Plans a change and reserves room for it.
   *
   * @param inForce what the maps hold, if that is known: then nothing but what differs from it is looked at
   * @throws CapacityException when a table is too small; nothing stays reserved
   * @throws InfeasibleException naming every element that cannot be
   */
  Plan plan(Optional<Configuration> inForce, Configuration desired) throws DataPlaneException {
    List<ServiceChange> changes = new ArrayList<>();
    List<AppliedService> removals = new ArrayList<>();
    if (inForce.isPresent()) {
      desired.services().compare(
          inForce.get().services(), (key, gone) -> removals.add(applied.get(key)), (key, service) -> changes.add(change(service)));
    } else {
      desired.services().values().stream().filter(service -> !isHeld(service)).map(this::change).forEach(changes::add);
      applied.values().stream().filter(now -> now.present && !desired.services().containsKey(now.key)).forEach(removals::add);
    }
    Map<IpAddress, Route> routes = tables.hops().lookUp(addresses(changes));
    requireFeasible(changes, routes);
    requireRoom(changes, routes);
    Optional<MarkEndpoints> marks = marks(desired, changes, removals);
    requireRoom(marks, changes);
    Plan plan = new Plan(desired, changes, removals, routes, marks);
    try {
      reserve(changes);
      return plan;
    } catch (CapacityException e) {
      discard(plan);
      throw e;
    }
  }

  private boolean isHeld(VirtualService service) {
    AppliedService now = applied.get(service.key());
    return now != null && now.present && now.service == service;
  }

  private ServiceChange change(VirtualService service) {
    AppliedService now = applied.get(service.key());
    return new ServiceChange(service, now, ring(service, now));
  }

  private static Ring ring(VirtualService service, AppliedService now) {
    Scheduler scheduler = Schedulers.of(service);
    List<RealServer> newestFirst = service.serversNewestFirst();
    boolean goesOn = now != null && now.service != null && now.computed != null && Schedulers.of(now.service) == scheduler;
    return goesOn ? scheduler.ring(newestFirst, now.service.serversNewestFirst(), now.computed) : scheduler.ring(newestFirst);
  }

  private static Set<IpAddress> addresses(List<ServiceChange> changes) {
    Set<IpAddress> addresses = new HashSet<>();
    for (ServiceChange change : changes) {
      for (RealServer server : change.service.servers()) {
        addresses.add(server.address());
      }
    }
    return addresses;
  }

  private void requireFeasible(List<ServiceChange> changes, Map<IpAddress, Route> routes) throws InfeasibleException {
    List<InfeasibleException.Problem> problems = new ArrayList<>();
    for (ServiceChange change : changes) {
      for (RealServer server : change.service.servers()) {
        infeasible(change.service, server, routes)
            .ifPresent(
                message ->
                    problems.add(
                        new InfeasibleException.Problem(
                            change.service.key(), Optional.of(server.key()), "method", message)));
      }
    }
    if (!problems.isEmpty()) {
      throw new InfeasibleException(problems);
    }
  }

  private Optional<String> infeasible(VirtualService service, RealServer server, Map<IpAddress, Route> routes) {
    if (server.method().mapsPorts() && isLocal(server.address(), routes)) {
      return Optional.of(
          "real server " + server.address() + " is an address of this director: only DR and TUN can reach it, not "
              + server.method());
    }
    if (server.method() == ForwardingMethod.TUN && isLocal(server.address(), routes) && !server.tunnel().type().name().equals("IPIP")) {
      return Optional.of("real server " + server.address() + " is an address of this director: tunnels to it are IPIP");
    }
    return Optional.empty();
  }

  private boolean isLocal(IpAddress address, Map<IpAddress, Route> routes) {
    Route route = routes.get(address);
    return route != null
        ? route.kind() == Route.Kind.LOCAL
        : tables.hops().target(address).map(Target::isLocal).orElse(false);
  }

  private void requireRoom(List<ServiceChange> changes, Map<IpAddress, Route> routes) throws CapacityException {
    int services = 0;
    long servers = 0;
    for (ServiceChange change : changes) {
      if (change.applied == null) {
        services++;
        servers += change.service.servers().size();
        continue;
      }
      for (RealServer server : change.service.servers()) {
        servers += change.applied.slots.containsKey(server.key()) ? 0 : 1;
      }
    }
    require("services", services, tables.services().free(), tables.services().capacity(), "--services");
    require("servers", servers, tables.servers().free(), tables.servers().capacity(), "--servers");
    HopTable hops = tables.hops();
    require("next_hops", hops.newEntries(routes), hops.capacity() - hops.used(), hops.capacity(), "--servers");
  }

  /** What marks need, if their rules or the services of marks are others than before. */
  private Optional<MarkEndpoints> marks(Configuration desired, List<ServiceChange> changes, List<AppliedService> removals) {
    boolean same = tables.requests().has(desired.markRules())
        && changes.stream().noneMatch(change -> isMark(change.service.key()) && (change.applied == null || !change.applied.present))
        && removals.stream().noneMatch(gone -> isMark(gone.key));
    return same ? Optional.empty() : Optional.of(MarkEndpoints.of(desired));
  }

  private static boolean isMark(ServiceKey key) {
    return key instanceof ServiceKey.FirewallMark;
  }

  /** The endpoints and VIPs of rules, and a second entry for the replies of each NAT server, since a mark's service has two protocols. */
  private void requireRoom(Optional<MarkEndpoints> marks, List<ServiceChange> changes) throws CapacityException {
    long entries = marks.map(MarkEndpoints::size).orElse(tables.requests().markEntries()) + tables.servers().secondReplies();
    for (ServiceChange change : changes) {
      if (isMark(change.service.key())) {
        entries += change.service.servers().stream().filter(server -> isNew(server, change.applied)).count();
      }
    }
    require("mark_entries", entries, tables.requests().markCapacity(), tables.requests().markCapacity(), "--mark-entries");
  }

  private static boolean isNew(RealServer server, AppliedService applied) {
    return server.method() == ForwardingMethod.NAT && (applied == null || !applied.slots.containsKey(server.key()));
  }

  private static void require(String table, long need, long free, long capacity, String option) throws CapacityException {
    if (need > free) {
      throw new CapacityException(table, need + capacity - free, capacity, option);
    }
  }

  private void reserve(List<ServiceChange> changes) throws CapacityException {
    RingTable rings = tables.rings();
    LocalAddressTable locals = tables.locals();
    for (ServiceChange change : changes) {
      AppliedService now = change.applied;
      int length = entries(change);
      change.ringRegion = keepsPlaces(change) ? null : rings.allocate(length);
      if (change.ringRegion == null && !keepsPlaces(change)) {
        throw new CapacityException("rings", rings.used() + entriesFrom(change, changes), rings.capacity(), "--ring-entries");
      }
      List<IpAddress> wanted = change.service.localAddresses();
      if (now == null || !now.localAddresses.equals(wanted)) {
        change.localRegion = locals.allocate(wanted.size());
        if (change.localRegion == null) {
          long need = locals.used() + wanted.size();
          throw new CapacityException("local_addresses", need, locals.capacity(), "--local-addresses");
        }
      }
    }
  }

  /** Entries that the rings of this change and of those after it take: a refusal names what will do, not what will not. */
  private long entriesFrom(ServiceChange first, List<ServiceChange> changes) {
    return changes.subList(changes.indexOf(first), changes.size()).stream()
        .mapToLong(change -> keepsPlaces(change) ? 0 : tables.rings().occupied(entries(change)))
        .sum();
  }

  private static int entries(ServiceChange change) {
    return change.service.isRingFirst() ? RingPlaces.entries(Schedulers.of(change.service).places()) : change.ring.length();
  }

  /** Whether a ring of places stays where it is and is changed there. */
  static boolean keepsPlaces(ServiceChange change) {
    return change.service.isRingFirst() && change.applied != null && change.applied.present && change.applied.places != null
        && change.applied.places.rule().equals(RingFirst.rule(change.service, Convert.pick(change.ring.pick())));
  }

  /** Gives back what a plan has reserved. */
  void discard(Plan plan) {
    for (ServiceChange change : plan.changes) {
      release(change.ringRegion, tables.rings()::release);
      release(change.localRegion, tables.locals()::release);
      change.ringRegion = null;
      change.localRegion = null;
    }
  }

  private static void release(Region region, java.util.function.Consumer<Region> release) {
    if (region != null) {
      release.accept(region);
    }
  }
}
