// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.Codec;
import java.nio.ByteBuffer;

/**
 * Value of ring_records: where a flow is that has shown itself while its place changed. Mirrors {@code struct xlvs_ring_record}.
 *
 * @param lastSeenJiffies its last packet
 * @param server slot, and the bits {@link #HALF}, {@link #OVER}, {@link #TURN}
 * @param generation of the slot
 */
public record RingRecord(long lastSeenJiffies, int server, int generation) {
  /** {@code XLVS_RECORD_SERVER}: the slot in {@code server}; all ones: about to be deleted. */
  public static final int SERVER_MASK = 0x1fffffff;

  /** {@code XLVS_RECORD_TURN}: changes when the record is given to another flow. */
  public static final int TURN = 0x20000000;

  /** {@code XLVS_RECORD_OVER}: the client has sent FIN or RST. */
  public static final int OVER = 0x40000000;

  /** {@code XLVS_RECORD_HALF}: nothing but SYN so far. */
  public static final int HALF = 0x80000000;

  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT =
      StructLayout.of("xlvs_ring_record").u64("last_seen").u32("server").u32("generation").build();

  static final int LAST_SEEN = LAYOUT.offset("last_seen");
  static final int SERVER = LAYOUT.offset("server");
  static final int GENERATION = LAYOUT.offset("generation");

  /** Bytes of a value, in the buffer's native order. */
  public static final Codec<RingRecord> CODEC = LAYOUT.codec(RingRecord::write, RingRecord::read);

  /** The slot alone. */
  public int slot() {
    return server & SERVER_MASK;
  }

  /** Writes the value at {@code at}. */
  public static void write(RingRecord value, ByteBuffer buffer, int at) {
    buffer.putLong(at + LAST_SEEN, value.lastSeenJiffies);
    buffer.putInt(at + SERVER, value.server);
    buffer.putInt(at + GENERATION, value.generation);
  }

  /** Reads the value at {@code at}. */
  public static RingRecord read(ByteBuffer buffer, int at) {
    return new RingRecord(buffer.getLong(at + LAST_SEEN), buffer.getInt(at + SERVER), buffer.getInt(at + GENERATION));
  }
}
