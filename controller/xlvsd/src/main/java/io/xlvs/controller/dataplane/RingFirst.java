// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Pick;
import io.xlvs.bpf.Region;
import io.xlvs.bpf.RingSweep;
import io.xlvs.bpf.ServiceFlag;
import io.xlvs.bpf.State;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.controller.schedule.Schedulers;
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.Timeouts;
import io.xlvs.controller.service.VirtualService;
import io.xlvs.loader.GracePeriod;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;

/** The rings of all services that are ring first, as time passes: {@link RingPlaces} has the steps of one. */
final class RingFirst {
  /** The kernel counts in jiffies, and holds a record expired a second before its sweep does. */
  private static final int MARGIN_SECONDS = 3;

  /** So much of the table of records must be free before anything is concluded from what is not in it. */
  private static final double FREE_SHARE = 0.25;

  private final XlvsObjects objects;
  private final ServiceRecords records;
  private final int capacity;
  /** Those that were ring first when they were taken over. */
  private final Set<AppliedService> services = new LinkedHashSet<>();

  private Timeouts timeouts = Timeouts.DEFAULT;
  private RingSweep last = new RingSweep(0, 0);
  private boolean swept;
  /** When the next sweep may begin, once there was one, by the callers' clock. */
  private long restUntilNanos;

  RingFirst(XlvsObjects objects, ServiceRecords records) {
    this.objects = objects;
    this.records = records;
    this.capacity = objects.collection().map("ring_records").info().maxEntries();
  }

  /** What a client's place depends on in this service. */
  static RingPlaces.Rule rule(VirtualService service, Pick pick) {
    return new RingPlaces.Rule(pick, (Convert.flags(service) & ServiceFlag.HASH_PORT.value()) != 0, Schedulers.of(service).places());
  }

  /** The places of a service that an earlier process has left, or that begins. */
  RingPlaces takeOver(AppliedService service, Region ring, RingPlaces.Rule rule, long nowNanos) {
    services.add(service);
    return new RingPlaces(objects.rings(), ring, rule, records.unrecorded(service.index), nowNanos);
  }

  /** The director's time-outs from now on. */
  void setTimeouts(Timeouts wanted) {
    timeouts = wanted;
  }

  /** What the last sweep found. */
  RingSweep lastSweep() {
    return last;
  }

  long capacity() {
    return capacity;
  }

  /** Whether there is anything to do. */
  private boolean isBusy() {
    return last.records() > 0 || !swept || !changing().isEmpty();
  }

  private List<AppliedService> changing() {
    services.removeIf(service -> service.places == null);
    return services.stream().filter(service -> service.places.changing() > 0).toList();
  }

  /** Once a second. */
  void keep(Object lock, BooleanSupplier closed) {
    long began = System.nanoTime();
    synchronized (lock) {
      if (closed.getAsBoolean() || !begin(began)) {
        return;
      }
    }
    RingSweep found = sweep();
    synchronized (lock) {
      if (!closed.getAsBoolean()) {
        end(found, began, System.nanoTime());
      }
    }
  }

  /** Moves on what time alone moves, and prepares for a sweep; false if none is due. The caller holds the lock of all tables. */
  boolean begin(long nowNanos) {
    if (!isBusy() || swept && nowNanos - restUntilNanos < 0) {
      return false;
    }
    boolean crowded = !swept || last.records() > (1 - FREE_SHARE) * capacity;
    for (AppliedService service : changing()) {
      if (service.service != null) {
        service.places.pass(silence(service.service), records.unrecorded(service.index), crowded, nowNanos);
        service.places.ask();
      }
    }
    return true;
  }

  /** The sweep: without the lock, since it may take a while. What read the places as they were has ended before it begins. */
  RingSweep sweep() {
    GracePeriod.await();
    return objects.ringSweep();
  }

  /** Concludes from the sweep. The caller holds the lock. */
  void end(RingSweep found, long beganNanos, long nowNanos) {
    last = found;
    swept = true;
    restUntilNanos = Housekeeping.restAfter(beganNanos, nowNanos);
    changing().forEach(service -> service.places.conclude());
  }

  /** For how long a flow of the service may be silent, with a margin: the kernel's record_timeout(). */
  private RingPlaces.Silence silence(VirtualService service) {
    Protocol protocol = ((ServiceKey.Endpoint) service.key()).protocol();
    Map<State, Integer> seconds = Convert.timeoutSeconds(timeouts);
    int flow = switch (protocol) {
      case TCP -> own(service.timeouts().tcpSeconds(), seconds.get(State.ESTABLISHED));
      case UDP -> own(service.timeouts().udpSeconds(), seconds.get(State.UDP));
      case SCTP -> seconds.get(State.SCTP_ESTABLISHED);
    };
    int fin = protocol == Protocol.TCP ? own(service.timeouts().tcpFinSeconds(), seconds.get(State.FIN_WAIT)) : 0;
    int handshake = protocol == Protocol.TCP ? seconds.get(State.SYN_RECV) : 0;
    return new RingPlaces.Silence(nanos(handshake), nanos(Math.max(flow, fin)));
  }

  private static int own(int seconds, int general) {
    return seconds != 0 ? seconds : general;
  }

  private static long nanos(int seconds) {
    return TimeUnit.SECONDS.toNanos((long) seconds + MARGIN_SECONDS);
  }

  /** A line for each service whose places change. */
  List<String> notes() {
    List<String> notes = new ArrayList<>();
    for (AppliedService service : changing()) {
      notes.add("ring-first: " + service.places.changing() + " of " + service.places.rule().places() + " places of service " + service.key
          + " are changing hands; flows that were there stay where they are");
    }
    return notes;
  }

  /** Slots of servers that are not the service's any more, or will not be in a moment. */
  static IntPredicate gone(AppliedService service, VirtualService wanted) {
    Set<Integer> slots = new HashSet<>();
    wanted.servers().forEach(server -> slots.add(service.slots.get(server.key()).index));
    return slot -> !slots.contains(slot);
  }
}
