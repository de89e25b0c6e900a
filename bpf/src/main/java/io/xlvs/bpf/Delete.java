// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.Codec;
import java.nio.ByteBuffer;

/**
 * Context of the program xlvs_delete. Mirrors {@code struct xlvs_delete}.
 *
 * @param count how many entries of deletions it shall work off, at most {@link Abi#DELETIONS}
 * @param deleted how many of them it removed
 */
public record Delete(int count, int deleted) {
  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT =
      StructLayout.of("xlvs_delete")
          .u32("count")
          .u32("deleted")
          .build();

  static final int COUNT = LAYOUT.offset("count");
  static final int DELETED = LAYOUT.offset("deleted");

  /** Bytes of a value, in the buffer's native order. */
  public static final Codec<Delete> CODEC = LAYOUT.codec(Delete::write, Delete::read);

  /** Writes the value at {@code at}. */
  public static void write(Delete value, ByteBuffer buffer, int at) {
    buffer.putInt(at + COUNT, value.count);
    buffer.putInt(at + DELETED, value.deleted);
  }

  /** Reads the value at {@code at}. */
  public static Delete read(ByteBuffer buffer, int at) {
    return new Delete(buffer.getInt(at + COUNT), buffer.getInt(at + DELETED));
  }
}
