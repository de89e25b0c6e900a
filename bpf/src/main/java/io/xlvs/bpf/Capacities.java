// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.MapType;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many of each thing the data plane can hold; fixed while its maps live.
 *
 * @param connections established connections; never evicted
 * @param halfOpen handshakes, and their clients' templates; the oldest make room
 * @param templates persistent clients that have proved themselves; never evicted
 * @param fragments datagrams whose fragments are on their way
 * @param services virtual services
 * @param servers real servers of all services together, removed ones with open connections included
 * @param ringEntries entries of all schedulers' rings together
 * @param localAddresses local addresses of all services together
 * @param markEntries entries of service_table for firewall marks: each address of their rules with each port
 * @param hops ways to real servers: distinct neighbours
 * @param devices network interfaces
 * @param flowLines lines of each CPU's flow cache, a power of two
 */
public record Capacities(
    int connections,
    int halfOpen,
    int templates,
    int fragments,
    int services,
    int servers,
    int ringEntries,
    int localAddresses,
    int markEntries,
    int hops,
    int devices,
    int flowLines) {
  /** A million connections and real servers: some 980 MiB on two CPUs. */
  public static final Capacities DEFAULT =
      new Capacities(1 << 20, 1 << 18, 1 << 18, 1 << 14, 1 << 14, 1 << 20, 1 << 24, 1 << 16, 1 << 16, 1 << 16, 4096, 1 << 16);

  /** A few services: tests and labs. Some 47 MiB. */
  public static final Capacities SMALL =
      new Capacities(1 << 16, 1 << 14, 1 << 12, 1 << 12, 256, 1 << 12, 1 << 20, 1 << 12, 1 << 13, 1 << 10, 256, 1 << 12);

  /** Half of connections is kept for those whose client has proved itself; see docs/adr/0004. */
  private static final int ONE_WAY_SHARE = 2;

  /** Flows that ring first records at a time: those of a few changing places, for a while. */
  private static final int RECORDS_SHARE = 4;

  private static final int MINIMUM_RECORDS = 1024;
  private static final int PAGE_BYTES = 4096;
  private static final int HASH_ELEMENT_BYTES = 48;
  private static final int HASH_BUCKET_BYTES = 16;

  public Capacities {
    requirePositive("connections", connections);
    requirePositive("halfOpen", halfOpen);
    requirePositive("templates", templates);
    requirePositive("fragments", fragments);
    requirePositive("services", services);
    requirePositive("servers", servers);
    requirePositive("ringEntries", ringEntries);
    requirePositive("localAddresses", localAddresses);
    requirePositive("markEntries", markEntries);
    requirePositive("hops", hops);
    requirePositive("devices", devices);
    requirePowerOfTwo("flowLines", flowLines, 1 << 24);
  }

  /** Buckets of one copy of service_table: every service, real server, VIP and local address has an endpoint, and marks have theirs. */
  public int buckets() {
    return ServiceTable.bucketsFor(2L * services + servers + localAddresses + markEntries);
  }

  /** Entries of each map, by name, whose capacity is not fixed by the object. */
  public Map<String, Integer> maxEntries(int cpus) {
    Map<String, Integer> entries = new LinkedHashMap<>();
    entries.put("service_table", Math.multiplyExact(2, buckets()));
    entries.put("flow_cache", Math.multiplyExact(cpus, flowLines));
    entries.put("flow6_cache", Math.multiplyExact(cpus, flowLines));
    entries.put("services", services);
    entries.put("servers", servers);
    entries.put("rings", Math.max(1, ringEntries / RingLine.ENTRIES));
    entries.put("local_addresses", localAddresses);
    entries.put("next_hops", Math.addExact(Abi.CLIENT_HOPS, hops));
    entries.put("devices", devices);
    entries.put("tx_ports", devices);
    entries.put("connections", connections);
    entries.put("replies", connections);
    entries.put("half_open", halfOpen);
    entries.put("half_replies", halfOpen);
    entries.put("ring_records", Math.max(MINIMUM_RECORDS, connections / RECORDS_SHARE));
    entries.put("templates", templates);
    entries.put("half_templates", halfOpen);
    entries.put("fragments", fragments);
    entries.put("service_state", services);
    entries.put("server_load", servers);
    entries.put("recount", servers);
    entries.put("server_busy", servers);
    entries.put("server_stats", Math.multiplyExact(cpus, servers));
    entries.put("reasons", Math.multiplyExact(cpus, Reason.STRIDE));
    return entries;
  }

  /**
   * Settings for these capacities.
   *
   * @param cpus possible CPUs
   * @param jiffiesPerSecond the kernel's HZ
   * @param hashSeed random
   */
  public Settings settings(int cpus, int jiffiesPerSecond, int hashSeed, Limits limits) {
    return new Settings(
        Abi.VERSION,
        cpus,
        jiffiesPerSecond,
        hashSeed,
        flowLines - 1,
        buckets() - 1,
        servers,
        services,
        limits.icmpPerSecond(),
        refreshShift(jiffiesPerSecond),
        limits.localPortFirst(),
        limits.localPortLast(),
        Math.max(1, connections / ONE_WAY_SHARE));
  }

  /**
   * What is not a capacity and yet fixed at load.
   *
   * @param icmpPerSecond ICMP errors that one CPU may send
   * @param localPortFirst first port that FULLNAT takes, 1 to 65535
   * @param localPortLast last port that FULLNAT takes, 1 to 65535
   */
  public record Limits(int icmpPerSecond, int localPortFirst, int localPortLast) {
    /** 1000 errors a second, ports from 1024 on. */
    public static final Limits DEFAULT = new Limits(1000, 1024, 65535);

    public Limits {
      if (localPortFirst < 1 || localPortLast > 65535 || localPortFirst > localPortLast) {
        throw new IllegalArgumentException(
            "local ports " + localPortFirst + "-" + localPortLast + ": must be a range within 1-65535");
      }
      requirePositive("icmpPerSecond", icmpPerSecond);
    }
  }

  /** Memory of a map in bytes, as the kernel allocates it up front. */
  static long memoryBytes(MapType type, int keyBytes, int valueBytes, long maxEntries, int cpus) {
    long value = valueBytes + 7L & ~7L;
    if (type == MapType.ARRAY) {
      return value * maxEntries + PAGE_BYTES - 1 & -PAGE_BYTES;
    } else if (type.isPerCpu()) {
      return value * maxEntries * cpus;
    }
    long key = keyBytes + 7L & ~7L;
    long buckets = maxEntries <= 1 ? 1 : Long.highestOneBit(maxEntries - 1) << 1;
    return (HASH_ELEMENT_BYTES + key + value) * maxEntries + HASH_BUCKET_BYTES * buckets;
  }

  /** About a second: the largest power of two of jiffies within it. */
  private static int refreshShift(int jiffiesPerSecond) {
    return 31 - Integer.numberOfLeadingZeros(Math.max(1, jiffiesPerSecond));
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ": must be at least 1");
    }
  }

  private static void requirePowerOfTwo(String name, int value, int largest) {
    if (value < 1 || value > largest || Integer.bitCount(value) != 1) {
      throw new IllegalArgumentException(name + " is " + value + ": must be a power of two up to " + largest);
    }
  }
}
