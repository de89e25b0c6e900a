// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import java.nio.ByteOrder;

/**
 * A place of the ring of a service that is {@link ServiceFlag#RING_FIRST}. Mirrors {@code struct xlvs_place}.
 *
 * @param state how it changes hands
 * @param now slot of its server, the new one where it changes; {@link RingLine#EMPTY}: none
 * @param was slot of the old server with HOLD and LEARN; with DRAIN {@link #HELD} or 0; with STABLE 0
 */
public record Place(PlaceState state, int now, int was) {
  /** Entries of rings that a place takes. */
  public static final int ENTRIES = 2;

  /** Bytes of a place. */
  public static final int BYTES = 8;

  /** {@code XLVS_PLACE_SHIFT}: where the state begins in {@code was}. */
  static final int SHIFT = 30;

  /** {@code XLVS_PLACE_HELD}: in DRAIN, set by the sweep where a record names another server. */
  public static final int HELD = 1;

  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT = StructLayout.of("xlvs_place").u32("now").u32("was").build();

  private static final int WAS_MASK = (1 << SHIFT) - 1;
  private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

  /** A place of which every flow is at this server. */
  public static Place stable(int server) {
    return new Place(PlaceState.STABLE, server, 0);
  }

  /** A place whose packets go to this server unless a record says otherwise. */
  public static Place drain(int server) {
    return new Place(PlaceState.DRAIN, server, 0);
  }

  /** The place as the word whose native bytes are the struct's. */
  public long word() {
    int second = state.value() << SHIFT | was;
    return LITTLE_ENDIAN ? WireAddress.join(now, second) : WireAddress.join(second, now);
  }

  /** The place whose {@link #word()} this is. */
  public static Place of(long word) {
    int low = (int) word;
    int high = (int) (word >>> 32);
    int second = LITTLE_ENDIAN ? high : low;
    return new Place(PlaceState.of(second >>> SHIFT), LITTLE_ENDIAN ? low : high, second & WAS_MASK);
  }
}
