// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Region;
import io.xlvs.bpf.RingLine;
import io.xlvs.bpf.ServiceTable;
import io.xlvs.controller.dataplane.Plan.ServiceChange;
import io.xlvs.controller.schedule.Ring;
import io.xlvs.controller.schedule.Schedulers;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.RealServerKey;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.VirtualService;
import io.xlvs.loader.GracePeriod;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Carries out a {@link Plan}. Order of writes: next hop, real server, ring, service, endpoint; deletions in reverse, so that no
 * packet ever meets a reference to what is not there yet or no longer.
 */
final class Reconciler {
  private final Map<ServiceKey, AppliedService> applied;
  private final Tables tables;
  private final ServiceTable serviceTable;
  private final Epochs epochs;
  /** Present services whose packets may have other ports than their own. */
  private int anyPort;
  private Optional<Configuration> inForce = Optional.empty();

  Reconciler(Map<ServiceKey, AppliedService> applied, Tables tables, ServiceTable serviceTable, Epochs epochs) {
    this.applied = applied;
    this.epochs = epochs;
    this.tables = tables;
    this.serviceTable = serviceTable;
    this.anyPort = (int) applied.values().stream().filter(service -> service.present && service.takesOtherPorts()).count();
  }

  /** What the maps hold; empty until something was carried out, and after a failure. */
  Optional<Configuration> inForce() {
    return inForce;
  }

  void carryOut(Plan plan, long nowNanos) {
    inForce = Optional.empty();
    for (ServiceChange change : plan.changes) {
      write(change, plan, nowNanos);
    }
    publish(plan);
    for (AppliedService gone : plan.removals) {
      remove(gone, nowNanos);
    }
    tables.services().putTimeouts(plan.desired.timeouts());
    tables.ringFirst().setTimeouts(plan.desired.timeouts());
    tables.services().putSysctls(plan.desired.sysctls());
    inForce = Optional.of(plan.desired);
  }

  private void write(ServiceChange change, Plan plan, long nowNanos) {
    AppliedService service = change.applied;
    if (service == null) {
      service = tables.services().create(change.service.key());
      tables.counters().startService(service.index);
      applied.put(service.key, service);
      change.applied = service;
    }
    VirtualService before = service.service;
    boolean returning = !service.present;
    boolean recreated = before != null && before.createRevision() != change.service.createRevision();
    service.service = null; // until the end it counts as unknown: after a failure it is written anew
    boolean otherPorts = service.toPacketsPort != (change.service.isPersistent() && service.takesAnyPort());
    service.toPacketsPort ^= otherPorts;
    writeServers(change, service, plan, otherPorts);
    boolean kept = Planner.keepsPlaces(change);
    if (change.service.isRingFirst()) {
      writePlaces(change, service, kept, nowNanos);
    } else {
      service.places = null;
      writeRing(change, service, returning || recreated ? null : before);
    }
    writeLocals(change, service);
    service.generation += recreated && !kept ? 1 : 0;
    tables.services().write(service, change.service, Convert.pick(change.ring.pick()), service.ring, service.locals);
    removeServers(change.service, service, nowNanos);
    if (returning) {
      tables.requests().add(service);
      service.present = true;
      anyPort += service.takesOtherPorts() ? 1 : 0;
    }
    if (recreated || returning) {
      zero(service);
    }
    service.service = change.service;
    service.computed = Schedulers.of(change.service).needsRingBefore() ? change.ring : null;
  }

  private void writeServers(ServiceChange change, AppliedService service, Plan plan, boolean all) {
    for (RealServer server : change.service.servers()) {
      RealServerKey key = server.key();
      ServerSlot slot = service.slots.get(key);
      if (slot == null) {
        slot = tables.servers().create(service, key, plan.routes);
      }
      if (all || !slot.available || !server.equals(slot.server)) {
        tables.servers().write(slot, server);
      }
    }
    if (all) {
      epochs.bump(); // cached decisions take the port from the server
    }
  }

  private void writeRing(ServiceChange change, AppliedService service, VirtualService before) {
    int[] words = words(change, service);
    Region reserved = change.ringRegion;
    change.ringRegion = null;
    if (tables.rings().equals(service.ring, words)) {
      tables.rings().release(reserved);
      return;
    }
    tables.rings().write(reserved, words);
    if (change.ring.pick() == Ring.Pick.NEXT) {
      tables.services().putCounter(service.index, resume(change, service, before));
    }
    tables.rings().retire(service.ring);
    service.ring = reserved;
  }

  /** Flows of a ring first service stay where they are while its places change hands, in the region where they are. */
  private void writePlaces(ServiceChange change, AppliedService service, boolean kept, long nowNanos) {
    int[] servers = words(change, service);
    if (servers.length == 0) {
      servers = new int[Schedulers.of(change.service).places()];
      Arrays.fill(servers, RingLine.EMPTY);
    }
    if (kept) {
      service.places.want(servers, RingFirst.gone(service, change.service), nowNanos);
      return;
    }
    Region region = change.ringRegion;
    change.ringRegion = null;
    tables.rings().write(region, RingPlaces.words(servers));
    tables.rings().retire(service.ring);
    service.ring = region;
    service.places =
        tables.ringFirst().takeOver(service, region, RingFirst.rule(change.service, Convert.pick(change.ring.pick())), nowNanos);
  }

  /** The ring as the kernel reads it: slots of servers, each with its number if there are numbers. */
  private static int[] words(ServiceChange change, AppliedService service) {
    int[] byPosition = new int[change.newestFirst.size()];
    for (int i = 0; i < byPosition.length; i++) {
      byPosition[i] = service.slots.get(change.newestFirst.get(i).key()).index;
    }
    int[] entries = change.ring.entries();
    int[] numbers = change.ring.numbers();
    int[] words = new int[change.ring.length()];
    int stride = numbers.length == 0 ? 1 : 2;
    for (int i = 0; i < entries.length; i++) {
      words[stride * i] = byPosition[entries[i]];
    }
    for (int i = 0; i < numbers.length; i++) {
      words[stride * i + 1] = numbers[i];
    }
    return words;
  }

  /** Where the counter goes on, so that the next pick is IPVS's. A whole round stands for "entry 0 comes next". */
  private long resume(ServiceChange change, AppliedService service, VirtualService before) {
    if (before == null || !before.scheduler().equals(change.service.scheduler())) {
      return 0;
    }
    long picks = tables.services().counter(service.index);
    int length = change.ring.entries().length;
    if (picks == 0 || length == 0) {
      return 0;
    }
    int next = Schedulers.of(change.service).resume(before.serversNewestFirst(), picks, change.newestFirst);
    return next == 0 ? length : next;
  }

  private void writeLocals(ServiceChange change, AppliedService service) {
    if (change.localRegion == null) {
      return;
    }
    tables.locals().write(change.localRegion, change.service.localAddresses(), service.locals);
    tables.locals().giveUp(service.locals);
    service.locals = change.localRegion;
    service.localAddresses = change.service.localAddresses();
    change.localRegion = null;
  }

  private void removeServers(VirtualService wanted, AppliedService service, long nowNanos) {
    if (service.slots.size() == wanted.servers().size()) {
      return; // every wanted server has a slot, so none is left over
    }
    Set<RealServerKey> keys = new HashSet<>();
    wanted.servers().forEach(server -> keys.add(server.key()));
    for (ServerSlot slot : List.copyOf(service.slots.values())) {
      if (slot.available && !keys.contains(slot.key)) {
        tables.servers().remove(slot, nowNanos);
      }
    }
  }

  /** One flip of the service table shows readers all that is new and hides all that is gone. */
  private void publish(Plan plan) {
    for (AppliedService gone : plan.removals) {
      tables.requests().remove(gone);
      gone.present = false;
      anyPort -= gone.takesOtherPorts() ? 1 : 0;
    }
    plan.marks.ifPresent(marks -> tables.requests().mark(marks, applied));
    tables.services().putAnyPort(Math.max(anyPort, tables.services().anyPort()));
    tables.endpoints().flush(serviceTable);
    tables.services().putAnyPort(anyPort);
  }

  private void remove(AppliedService gone, long nowNanos) {
    tables.services().remove(gone);
    tables.rings().retire(gone.ring);
    gone.ring = Region.NONE;
    gone.places = null;
    tables.locals().giveUp(gone.locals);
    gone.locals = Region.NONE;
    gone.localAddresses = List.of();
    for (ServerSlot slot : List.copyOf(gone.slots.values())) {
      if (slot.available) {
        tables.servers().remove(slot, nowNanos);
      }
    }
    gone.service = null;
    gone.computed = null;
    freeIfEmpty(gone);
  }

  /** Frees slots whose last connection is gone, and removed services that have no slots any more; true if there were any. */
  boolean freeRested(long nowNanos) {
    return free(tables.servers().rested(nowNanos));
  }

  /**
   * As {@link #freeRested} without waiting: for when slots are short. A program that still counts on a slot as it was has ended before the
   * first look, so the counts are true; one that sees it freed finds another generation; and what was decided in between no longer counts
   * once the epochs have moved on.
   */
  boolean freeEarly() {
    if (tables.servers().lingering() == 0) {
      return false;
    }
    GracePeriod.await();
    boolean freed = free(tables.servers().unused());
    if (freed) {
      GracePeriod.await();
      epochs.bump();
    }
    return freed;
  }

  private boolean free(List<ServerSlot> slots) {
    for (ServerSlot slot : slots) {
      tables.servers().free(slot);
      freeIfEmpty(slot.owner);
    }
    tables.endpoints().flush(serviceTable);
    return !slots.isEmpty();
  }

  /** Frees local addresses that no connection names any more. */
  void freeLocals() {
    if (tables.locals().freeUnused()) {
      tables.endpoints().flush(serviceTable);
    }
  }

  private void freeIfEmpty(AppliedService service) {
    if (!service.present && service.slots.isEmpty()) {
      applied.remove(service.key);
      tables.counters().leaveToDirector(service.index);
      tables.services().free(service);
    }
  }

  /** All figures of a service count from zero. */
  void zero(AppliedService service) {
    tables.counters().zeroService(service.index, service.slots.values());
  }

  /** Slots in the order of the service's servers, for whoever shows them; null where there is none. */
  static List<ServerSlot> inOrder(AppliedService applied, VirtualService service) {
    List<ServerSlot> slots = new ArrayList<>(service.servers().size());
    Map<RealServerKey, ServerSlot> known = applied == null ? new HashMap<>() : applied.slots;
    service.servers().forEach(server -> slots.add(known.get(server.key())));
    return slots;
  }
}
