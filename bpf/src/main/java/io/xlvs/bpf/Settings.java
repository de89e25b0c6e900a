// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.Codec;
import java.nio.ByteBuffer;

/**
 * The .rodata variable {@code settings}: fixed at load. Masks are capacities minus one, of powers of two. Mirrors {@code struct xlvs_settings}.
 *
 * @param abiVersion {@link Abi#VERSION}
 * @param cpus possible CPUs
 * @param jiffiesPerSecond the kernel's HZ
 * @param hashSeed random
 * @param flowLineMask lines of one CPU's slice of flow_cache
 * @param bucketMask buckets of one copy of service_table
 * @param servers capacity, and stride of server_stats
 * @param services capacity
 * @param icmpPerSecond ICMP errors that one CPU may send
 * @param refreshShift a cached flow is checked against its connection every 2^shift jiffies
 * @param localPortFirst FULLNAT's ports, host order, inclusive
 * @param localPortLast FULLNAT's ports, host order, inclusive
 * @param oneWayLimit most entries of connections for UDP of DR and TUN, whose answers are never seen
 */
public record Settings(
    int abiVersion,
    int cpus,
    int jiffiesPerSecond,
    int hashSeed,
    int flowLineMask,
    int bucketMask,
    int servers,
    int services,
    int icmpPerSecond,
    int refreshShift,
    int localPortFirst,
    int localPortLast,
    int oneWayLimit) {
  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT =
      StructLayout.of("xlvs_settings")
          .u32("abi_version")
          .u32("cpus")
          .u32("jiffies_per_second")
          .u32("hash_seed")
          .u32("flow_line_mask")
          .u32("bucket_mask")
          .u32("servers")
          .u32("services")
          .u32("icmp_per_second")
          .u32("refresh_shift")
          .u32("local_port_first")
          .u32("local_port_last")
          .u32("one_way_limit")
          .build();

  static final int ABI_VERSION = LAYOUT.offset("abi_version");
  static final int CPUS = LAYOUT.offset("cpus");
  static final int JIFFIES_PER_SECOND = LAYOUT.offset("jiffies_per_second");
  static final int HASH_SEED = LAYOUT.offset("hash_seed");
  static final int FLOW_LINE_MASK = LAYOUT.offset("flow_line_mask");
  static final int BUCKET_MASK = LAYOUT.offset("bucket_mask");
  static final int SERVERS = LAYOUT.offset("servers");
  static final int SERVICES = LAYOUT.offset("services");
  static final int ICMP_PER_SECOND = LAYOUT.offset("icmp_per_second");
  static final int REFRESH_SHIFT = LAYOUT.offset("refresh_shift");
  static final int LOCAL_PORT_FIRST = LAYOUT.offset("local_port_first");
  static final int LOCAL_PORT_LAST = LAYOUT.offset("local_port_last");
  static final int ONE_WAY_LIMIT = LAYOUT.offset("one_way_limit");

  /** Bytes of a value, in the buffer's native order. */
  public static final Codec<Settings> CODEC = LAYOUT.codec(Settings::write, Settings::read);

  /** Writes the value at {@code at}, padding included. */
  public static void write(Settings value, ByteBuffer buffer, int at) {
    buffer.putInt(at + ABI_VERSION, value.abiVersion);
    buffer.putInt(at + CPUS, value.cpus);
    buffer.putInt(at + JIFFIES_PER_SECOND, value.jiffiesPerSecond);
    buffer.putInt(at + HASH_SEED, value.hashSeed);
    buffer.putInt(at + FLOW_LINE_MASK, value.flowLineMask);
    buffer.putInt(at + BUCKET_MASK, value.bucketMask);
    buffer.putInt(at + SERVERS, value.servers);
    buffer.putInt(at + SERVICES, value.services);
    buffer.putInt(at + ICMP_PER_SECOND, value.icmpPerSecond);
    buffer.putInt(at + REFRESH_SHIFT, value.refreshShift);
    buffer.putInt(at + LOCAL_PORT_FIRST, value.localPortFirst);
    buffer.putInt(at + LOCAL_PORT_LAST, value.localPortLast);
    buffer.putInt(at + ONE_WAY_LIMIT, value.oneWayLimit);
  }

  /** Reads the value at {@code at}. */
  public static Settings read(ByteBuffer buffer, int at) {
    return new Settings(
        buffer.getInt(at + ABI_VERSION),
        buffer.getInt(at + CPUS),
        buffer.getInt(at + JIFFIES_PER_SECOND),
        buffer.getInt(at + HASH_SEED),
        buffer.getInt(at + FLOW_LINE_MASK),
        buffer.getInt(at + BUCKET_MASK),
        buffer.getInt(at + SERVERS),
        buffer.getInt(at + SERVICES),
        buffer.getInt(at + ICMP_PER_SECOND),
        buffer.getInt(at + REFRESH_SHIFT),
        buffer.getInt(at + LOCAL_PORT_FIRST),
        buffer.getInt(at + LOCAL_PORT_LAST),
        buffer.getInt(at + ONE_WAY_LIMIT));
  }
}
