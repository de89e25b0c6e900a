// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.Codec;
import java.nio.ByteBuffer;

/**
 * Key of ring_records: a flow. Mirrors {@code struct xlvs_ring_record_key}.
 *
 * @param client its packets' tuple
 * @param service index
 * @param generation of the service
 */
public record RingRecordKey(Tuple client, int service, int generation) {
  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT =
      StructLayout.of("xlvs_ring_record_key")
          .bytes("client", Tuple.LAYOUT.size())
          .u32("service")
          .u32("generation")
          .build();

  static final int CLIENT = LAYOUT.offset("client");
  static final int SERVICE = LAYOUT.offset("service");
  static final int GENERATION = LAYOUT.offset("generation");

  /** Bytes of a value, in the buffer's native order. */
  public static final Codec<RingRecordKey> CODEC = LAYOUT.codec(RingRecordKey::write, RingRecordKey::read);

  /** Writes the value at {@code at}. */
  public static void write(RingRecordKey value, ByteBuffer buffer, int at) {
    Tuple.write(value.client, buffer, at + CLIENT);
    buffer.putInt(at + SERVICE, value.service);
    buffer.putInt(at + GENERATION, value.generation);
  }

  /** Reads the value at {@code at}. */
  public static RingRecordKey read(ByteBuffer buffer, int at) {
    return new RingRecordKey(Tuple.read(buffer, at + CLIENT), buffer.getInt(at + SERVICE), buffer.getInt(at + GENERATION));
  }
}
