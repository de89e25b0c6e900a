// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Stats;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.loader.map.MappedArray;
import java.util.Arrays;

/**
 * Counters of servers and services. The data plane only ever counts up, and its counters are not written while packets flow: what
 * zeroing subtracts (base) and what deleted servers leave to their service (leftovers) lie in two arrays of the controller's own,
 * which are pinned beside the others and so outlive the daemon. Rates are IPVS's: ip_vs_est.c, a sample every two seconds.
 *
 * <p>One thread at a time.
 */
final class CounterStore {
  /** connections, in and out packets, in and out bytes: the members of struct xlvs_stats in order. */
  static final int FIELDS = 5;

  /** Bytes of an element of either array of the controller's own. */
  static final int ELEMENT_BYTES = FIELDS * Long.BYTES;

  /** Seconds between two calls of {@link #sample}. */
  static final int SAMPLE_SECONDS = 2;

  private static final int FIRST_BYTE_FIELD = 3;

  private final MappedArray stats;
  private final MappedArray bases;
  private final MappedArray leftovers;
  private final int cpus;
  private final int servers;

  /** Five figures a server: as sampled last, and IPVS's scaled averages. Grown as slots come into use. */
  private long[] sampled = new long[0];
  private long[] averages = new long[0];

  /**
   * @param bases an element of {@value #ELEMENT_BYTES} bytes a server
   * @param leftovers the same, a service
   */
  CounterStore(XlvsObjects objects, MappedArray bases, MappedArray leftovers) {
    this.stats = objects.serverStats();
    this.bases = bases;
    this.leftovers = leftovers;
    this.cpus = objects.settings().cpus();
    this.servers = objects.settings().servers();
  }

  /** Starts a slot's counters at zero; no packet may be counted in it yet. */
  void startSlot(int slot) {
    for (int cpu = 0; cpu < cpus; cpu++) {
      long at = statsOffset(cpu, slot);
      for (int field = 0; field < FIELDS; field++) {
        stats.putLong(at + 8L * field, 0);
      }
    }
    for (int field = 0; field < FIELDS; field++) {
      bases.putLong(element(slot) + 8L * field, 0);
    }
    reserve(slot);
    Arrays.fill(sampled, slot * FIELDS, (slot + 1) * FIELDS, 0);
    Arrays.fill(averages, slot * FIELDS, (slot + 1) * FIELDS, 0);
  }

  /** Makes a slot that was taken over known: its rates start at zero. */
  void takeOverSlot(int slot) {
    reserve(slot);
    for (int field = 0; field < FIELDS; field++) {
      sampled[slot * FIELDS + field] = raw(slot, field);
    }
  }

  private void reserve(int slot) {
    int need = (slot + 1) * FIELDS;
    if (sampled.length < need) {
      int length = Math.max(need, Math.min(servers * FIELDS, sampled.length * 2));
      sampled = Arrays.copyOf(sampled, length);
      averages = Arrays.copyOf(averages, length);
    }
  }

  /** Starts a service without leftovers. */
  void startService(int service) {
    for (int field = 0; field < FIELDS; field++) {
      leftovers.putLong(element(service) + 8L * field, 0);
    }
  }

  /** Gives a slot's figures to its service and starts them at zero. */
  void leaveToService(int slot, int service) {
    for (int field = 0; field < FIELDS; field++) {
      long at = element(service) + 8L * field;
      leftovers.putLong(at, leftovers.getLong(at) + figure(slot, field));
    }
    zeroSlot(slot);
  }

  /** From now on a slot's figures count from zero. */
  void zeroSlot(int slot) {
    for (int field = 0; field < FIELDS; field++) {
      bases.putLong(element(slot) + 8L * field, raw(slot, field));
      averages[slot * FIELDS + field] = 0;
    }
  }

  /** Takes the samples of one slot; to be called every {@value #SAMPLE_SECONDS} seconds. */
  void sample(int slot) {
    for (int field = 0; field < FIELDS; field++) {
      int at = slot * FIELDS + field;
      long now = raw(slot, field);
      // ip_vs_est.c: bytes with 5 fractional bits, the others with 10; the difference of two seconds is halved.
      long rate = now - sampled[at] << (field < FIRST_BYTE_FIELD ? 9 : 4);
      averages[at] += rate - averages[at] >> 2;
      sampled[at] = now;
    }
  }

  /** One server's counters. */
  Counters server(int slot) {
    long[] figures = new long[2 * FIELDS];
    addServer(slot, figures);
    return counters(figures);
  }

  /** Adds a server's totals and rates to a service's. */
  void addServer(int slot, long[] figures) {
    for (int field = 0; field < FIELDS; field++) {
      figures[field] += figure(slot, field);
      long average = averages[slot * FIELDS + field];
      figures[FIELDS + field] += field < FIRST_BYTE_FIELD ? average + 0x1ff >> 10 : average + 0xf >> 5;
    }
  }

  /** Adds what removed servers left. */
  void addLeftovers(int service, long[] figures) {
    for (int field = 0; field < FIELDS; field++) {
      figures[field] += leftovers.getLong(element(service) + 8L * field);
    }
  }

  static Counters counters(long[] f) {
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

  private static long element(int index) {
    return (long) index * ELEMENT_BYTES;
  }
}
