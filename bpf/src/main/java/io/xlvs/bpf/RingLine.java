// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

/**
 * Layout of one line of rings: {@code struct xlvs_ring_line}. {@link RegionArena} writes entries in place, so there is no value
 * class. Entry n of the arena lies in line n / {@link #ENTRIES}, word n % {@link #ENTRIES}.
 */
public final class RingLine {
  /** Server indices in one line. */
  public static final int ENTRIES = 16;

  /** Entry that names no server: {@code XLVS_RING_EMPTY}. */
  public static final int EMPTY = 0xffff_ffff;

  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT = StructLayout.of("xlvs_ring_line").bytes("server", 4 * ENTRIES).build();

  private RingLine() {}
}
