// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.Codec;
import java.nio.ByteBuffer;

/**
 * A server's counters on one CPU: server_stats[cpu * servers + server]. Mirrors {@code struct xlvs_stats}.
 *
 * @param connections scheduled
 * @param inPackets from clients
 * @param outPackets from the server
 * @param inBytes from the IP header on
 * @param outBytes from the IP header on
 */
public record Stats(long connections, long inPackets, long outPackets, long inBytes, long outBytes) {
  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT =
      StructLayout.of("xlvs_stats")
          .u64("connections")
          .u64("in_packets")
          .u64("out_packets")
          .u64("in_bytes")
          .u64("out_bytes")
          .bytes("pad", 24)
          .build();

  static final int CONNECTIONS = LAYOUT.offset("connections");
  static final int IN_PACKETS = LAYOUT.offset("in_packets");
  static final int OUT_PACKETS = LAYOUT.offset("out_packets");
  static final int IN_BYTES = LAYOUT.offset("in_bytes");
  static final int OUT_BYTES = LAYOUT.offset("out_bytes");
  static final int PAD = LAYOUT.offset("pad");

  /** Bytes of a value, in the buffer's native order. */
  public static final Codec<Stats> CODEC = LAYOUT.codec(Stats::write, Stats::read);

  /** Writes the value at {@code at}, padding included. */
  public static void write(Stats value, ByteBuffer buffer, int at) {
    buffer.putLong(at + CONNECTIONS, value.connections);
    buffer.putLong(at + IN_PACKETS, value.inPackets);
    buffer.putLong(at + OUT_PACKETS, value.outPackets);
    buffer.putLong(at + IN_BYTES, value.inBytes);
    buffer.putLong(at + OUT_BYTES, value.outBytes);
    Wire.clear(buffer, at + PAD, 24);
  }

  /** Reads the value at {@code at}. */
  public static Stats read(ByteBuffer buffer, int at) {
    return new Stats(
        buffer.getLong(at + CONNECTIONS),
        buffer.getLong(at + IN_PACKETS),
        buffer.getLong(at + OUT_PACKETS),
        buffer.getLong(at + IN_BYTES),
        buffer.getLong(at + OUT_BYTES));
  }
}
