// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import java.nio.ByteOrder;

/**
 * A region of rings or local_addresses, in entries. Mirrors {@code struct xlvs_region}.
 *
 * <p>The data plane reads it as one aligned 64-bit word, so that offset and length always belong together; {@link #word()} is
 * that word, to be stored in one step.
 *
 * @param offset first entry, unsigned
 * @param length entries; 0: none
 */
public record Region(int offset, int length) {
  /** Bytes of a region. */
  public static final int BYTES = 8;

  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT = StructLayout.of("xlvs_region").u32("offset").u32("length").build();

  /** No entries. */
  public static final Region NONE = new Region(0, 0);

  private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

  /** The region as the word whose native bytes are the struct's. */
  public long word() {
    return LITTLE_ENDIAN ? WireAddress.join(offset, length) : WireAddress.join(length, offset);
  }

  /** The region whose {@link #word()} this is. */
  public static Region of(long word) {
    int low = (int) word;
    int high = (int) (word >>> 32);
    return LITTLE_ENDIAN ? new Region(low, high) : new Region(high, low);
  }
}
