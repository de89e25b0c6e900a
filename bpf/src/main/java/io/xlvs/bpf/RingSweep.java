// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.Codec;
import java.nio.ByteBuffer;

/**
 * Context of the program xlvs_ring_sweep: what one sweep found. Mirrors {@code struct xlvs_ring_sweep}.
 *
 * @param records live ones
 * @param expired removed by this sweep
 */
public record RingSweep(int records, int expired) {
  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT = StructLayout.of("xlvs_ring_sweep").u32("records").u32("expired").build();

  static final int RECORDS = LAYOUT.offset("records");
  static final int EXPIRED = LAYOUT.offset("expired");

  /** Bytes of a value, in the buffer's native order. */
  public static final Codec<RingSweep> CODEC = LAYOUT.codec(RingSweep::write, RingSweep::read);

  /** Writes the value at {@code at}. */
  public static void write(RingSweep value, ByteBuffer buffer, int at) {
    buffer.putInt(at + RECORDS, value.records);
    buffer.putInt(at + EXPIRED, value.expired);
  }

  /** Reads the value at {@code at}. */
  public static RingSweep read(ByteBuffer buffer, int at) {
    return new RingSweep(buffer.getInt(at + RECORDS), buffer.getInt(at + EXPIRED));
  }
}
