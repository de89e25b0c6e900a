// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.Codec;
import java.nio.ByteBuffer;

/**
 * Context of the program xlvs_jiffies: the kernel's clock of connections. Mirrors {@code struct xlvs_clock}.
 *
 * @param jiffies now
 */
public record Clock(long jiffies) {
  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT =
      StructLayout.of("xlvs_clock")
          .u64("jiffies")
          .build();

  static final int JIFFIES = LAYOUT.offset("jiffies");

  /** Bytes of a value, in the buffer's native order. */
  public static final Codec<Clock> CODEC = LAYOUT.codec(Clock::write, Clock::read);

  /** Writes the value at {@code at}, padding included. */
  public static void write(Clock value, ByteBuffer buffer, int at) {
    buffer.putLong(at + JIFFIES, value.jiffies);
  }

  /** Reads the value at {@code at}. */
  public static Clock read(ByteBuffer buffer, int at) {
    return new Clock(
        buffer.getLong(at + JIFFIES));
  }
}
