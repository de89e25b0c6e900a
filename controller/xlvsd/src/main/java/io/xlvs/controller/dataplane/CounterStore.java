// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Abi;
import io.xlvs.bpf.Stats;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.loader.map.MappedArray;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * Counters of servers, services and the director. The data plane only ever counts up, and its counters are not written while packets
 * flow: what zeroing subtracts (base) and what deleted servers leave to their service, and deleted services to the director (leftovers),
 * lie in two arrays of the controller's own, which are pinned beside the others and so outlive the daemon.
 *
 * <p>Every two seconds the {@link Estimator}s make a step. A server without traffic costs it eight bytes to read: the data plane notes for
 * each the period in which a packet took the slow way, and only for {@link Abi#FRESH_PERIODS} periods more can others be forwarded by the flow cache.
 *
 * <p>One thread at a time.
 */
final class CounterStore {
  /** connections, in and out packets, in and out bytes: the members of struct xlvs_stats in order. */
  static final int FIELDS = Estimator.FIELDS;

  /** Bytes of an element of either array of the controller's own. */
  static final int ELEMENT_BYTES = FIELDS * Long.BYTES;

  /** Seconds between two steps. */
  static final int SAMPLE_SECONDS = 2;

  /** Servers that make a step under one lock. */
  private static final int STEPPED_AT_ONCE = 1 << 14;

  private static final int NO_SERVICE = -1;
  private static final int DIRECTOR = 0;

  private final MappedArray stats;
  private final MappedArray busy;
  private final MappedArray bases;
  private final MappedArray leftovers;
  private final int cpus;
  private final int servers;

  /** By slot, grown as slots come into use: figures at the last step, and the service's index. */
  private long[] sampled = new long[0];
  private int[] owners = new int[0];
  private int slots;

  /** By service: what its servers grew by in this step. */
  private final long[] growth;

  private final long[] directorGrowth = new long[FIELDS];
  private final long[] directorTotal = new long[FIELDS];
  private final long[] one = new long[FIELDS];
  private final Estimator serverRates = new Estimator();
  private final Estimator serviceRates = new Estimator();
  private final Estimator directorRates = new Estimator();
  private int lastPeriod;
  private int period;

  /**
   * @param bases an element of {@value #ELEMENT_BYTES} bytes a server
   * @param leftovers the same, {@link #leftoverElements}
   */
  CounterStore(XlvsObjects objects, MappedArray bases, MappedArray leftovers) {
    this.stats = objects.serverStats();
    this.busy = objects.serverBusy();
    this.bases = bases;
    this.leftovers = leftovers;
    this.cpus = objects.settings().cpus();
    this.servers = objects.settings().servers();
    this.growth = new long[objects.settings().services() * FIELDS];
    this.lastPeriod = objects.period();
    directorRates.start(DIRECTOR);
    addLeftovers(DIRECTOR, directorTotal);
  }

  /** The director's, and one for each service behind it. */
  static int leftoverElements(int services) {
    return services + 1;
  }

  /** Starts a slot's counters at zero; no packet may be counted in it yet. */
  void startSlot(int slot, int service) {
    for (int cpu = 0; cpu < cpus; cpu++) {
      long at = statsOffset(cpu, slot);
      for (int field = 0; field < FIELDS; field++) {
        stats.putLong(at + 8L * field, 0);
      }
    }
    for (int field = 0; field < FIELDS; field++) {
      bases.putLong(element(slot) + 8L * field, 0);
    }
    own(slot, service);
    Arrays.fill(sampled, slot * FIELDS, (slot + 1) * FIELDS, 0);
  }

  /** Makes a slot that was taken over known: its rates start at zero. */
  void takeOverSlot(int slot, int service) {
    own(slot, service);
    for (int field = 0; field < FIELDS; field++) {
      sampled[slot * FIELDS + field] = raw(slot, field);
      directorTotal[field] += figure(slot, field);
    }
  }

  private void own(int slot, int service) {
    int need = slot + 1;
    if (owners.length < need) {
      int length = Math.max(need, Math.min(servers, owners.length * 2));
      sampled = Arrays.copyOf(sampled, length * FIELDS);
      owners = Arrays.copyOf(owners, length);
      Arrays.fill(owners, slots, length, NO_SERVICE);
    }
    slots = Math.max(slots, need);
    owners[slot] = service;
    serverRates.start(slot);
  }

  /** Starts a service without leftovers. */
  void startService(int service) {
    for (int field = 0; field < FIELDS; field++) {
      leftovers.putLong(left(service) + 8L * field, 0);
    }
    Arrays.fill(growth, service * FIELDS, (service + 1) * FIELDS, 0);
    serviceRates.start(service);
  }

  /** Makes a service that was taken over known. */
  void takeOverService(int service) {
    serviceRates.start(service);
    addLeftovers(1 + service, directorTotal);
  }

  /** Gives a slot's figures to its service and starts them at zero. */
  void leaveToService(int slot, int service) {
    for (int field = 0; field < FIELDS; field++) {
      addLeftover(1 + service, field, figure(slot, field));
    }
    zeroSlot(slot);
  }

  /** Frees a slot, whose figures its service keeps. */
  void freeSlot(int slot, int service) {
    leaveToService(slot, service);
    owners[slot] = NO_SERVICE;
  }

  /** Gives what a service has left, its servers being gone, to the director. */
  void leaveToDirector(int service) {
    for (int field = 0; field < FIELDS; field++) {
      addLeftover(DIRECTOR, field, leftovers.getLong(left(service) + 8L * field));
    }
    startService(service);
  }

  private void addLeftover(int element, int field, long more) {
    long at = element(element) + 8L * field;
    leftovers.putLong(at, leftovers.getLong(at) + more);
  }

  /** From now on a slot's figures count from zero. */
  void zeroSlot(int slot) {
    for (int field = 0; field < FIELDS; field++) {
      bases.putLong(element(slot) + 8L * field, raw(slot, field));
    }
    serverRates.clear(slot);
  }

  /** From now on the figures of a service and of these slots, all it has, count from zero; the director's go on. */
  void zeroService(int service, Iterable<ServerSlot> slots) {
    slots.forEach(slot -> leaveToService(slot.index, service));
    leaveToDirector(service);
  }

  /** From now on the director's figures count from zero, those of its services having been zeroed. */
  void zeroDirector() {
    for (int field = 0; field < FIELDS; field++) {
      leftovers.putLong(element(DIRECTOR) + 8L * field, 0);
    }
    Arrays.fill(directorTotal, 0);
    directorRates.clear(DIRECTOR);
  }

  /**
   * A step, a part after another, so that nobody waits for a million servers.
   *
   * @param lock of all tables, held during each part
   * @param closed asked with the lock held: whether to stop, since the tables are gone
   * @param now number of the period that it is
   */
  void step(Object lock, BooleanSupplier closed, IntSupplier now) {
    boolean more = true;
    for (int from = 0; more; from += STEPPED_AT_ONCE) {
      synchronized (lock) {
        if (closed.getAsBoolean()) {
          return;
        }
        if (from == 0) {
          beginStep(now.getAsInt());
        }
        stepServers(from, from + STEPPED_AT_ONCE);
        more = from + STEPPED_AT_ONCE < slots;
        if (!more) {
          endStep();
        }
      }
    }
  }

  /**
   * Begins a step: {@link #stepServers} for all slots, in parts, and {@link #endStep} follow.
   *
   * @param now number of the period that it is
   */
  void beginStep(int now) {
    period = now;
  }

  /** The servers' part of a step, for slots of {@code from} to {@code to - 1}; how many were not idle. */
  int stepServers(int from, int to) {
    int stepped = 0;
    for (int slot = from; slot < Math.min(to, slots); slot++) {
      if (mayHaveGrown(slot) || serverRates.isMoving(slot)) {
        stepServer(slot);
        stepped++;
      }
    }
    return stepped;
  }

  /** Whether a packet can have been counted since the last step began. */
  private boolean mayHaveGrown(int slot) {
    return owners[slot] != NO_SERVICE && busy.getInt((long) slot * busy.strideBytes()) + Abi.FRESH_PERIODS - lastPeriod >= 0;
  }

  private void stepServer(int slot) {
    int service = owners[slot];
    for (int field = 0; field < FIELDS; field++) {
      long now = raw(slot, field);
      one[field] = now - sampled[slot * FIELDS + field];
      sampled[slot * FIELDS + field] = now;
      if (service != NO_SERVICE) {
        growth[service * FIELDS + field] += one[field];
        directorGrowth[field] += one[field];
      }
    }
    serverRates.step(slot, one, 0);
    if (service != NO_SERVICE && hasGrown(service)) {
      serviceRates.wake(service);
    }
  }

  private boolean hasGrown(int service) {
    long any = 0;
    for (int field = 0; field < FIELDS; field++) {
      any |= growth[service * FIELDS + field];
    }
    return any != 0;
  }

  /** The services' and the director's part. */
  void endStep() {
    for (int service = serviceRates.nextMoving(0); service >= 0; service = serviceRates.nextMoving(service + 1)) {
      serviceRates.step(service, growth, service * FIELDS);
      Arrays.fill(growth, service * FIELDS, (service + 1) * FIELDS, 0);
    }
    for (int field = 0; field < FIELDS; field++) {
      directorTotal[field] += directorGrowth[field];
    }
    directorRates.step(DIRECTOR, directorGrowth, 0);
    Arrays.fill(directorGrowth, 0);
    lastPeriod = period;
  }

  /** One server's counters. */
  Counters server(int slot) {
    long[] figures = new long[2 * FIELDS];
    addServer(slot, figures);
    serverRates.read(slot, figures, FIELDS);
    return counters(figures);
  }

  /** A service's: what removed servers left and the sum of these, which are all it has. */
  Counters service(int service, Iterable<ServerSlot> slots) {
    long[] figures = new long[2 * FIELDS];
    slots.forEach(slot -> addServer(slot.index, figures));
    addLeftovers(1 + service, figures);
    serviceRates.read(service, figures, FIELDS);
    return counters(figures);
  }

  /** All services' together, those deleted included, as of the last step. */
  Counters director() {
    long[] figures = Arrays.copyOf(directorTotal, 2 * FIELDS);
    directorRates.read(DIRECTOR, figures, FIELDS);
    return counters(figures);
  }

  private void addServer(int slot, long[] figures) {
    for (int field = 0; field < FIELDS; field++) {
      figures[field] += figure(slot, field);
    }
  }

  private void addLeftovers(int element, long[] figures) {
    for (int field = 0; field < FIELDS; field++) {
      figures[field] += leftovers.getLong(element(element) + 8L * field);
    }
  }

  private static Counters counters(long[] f) {
    return new Counters(f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[9]);
  }

  private long figure(int slot, int field) {
    return raw(slot, field) - bases.getLong(element(slot) + 8L * field);
  }

  private long raw(int slot, int field) {
    long sum = 0;
    for (int cpu = 0; cpu < cpus; cpu++) {
      sum += stats.getLong(statsOffset(cpu, slot) + 8L * field);
    }
    return sum;
  }

  private long statsOffset(int cpu, int slot) {
    return ((long) cpu * servers + slot) * Stats.LAYOUT.size();
  }

  private static long left(int service) {
    return element(1 + service);
  }

  private static long element(int index) {
    return (long) index * ELEMENT_BYTES;
  }
}
