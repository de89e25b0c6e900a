// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.Codec;
import java.nio.ByteBuffer;

/**
 * server_load[server]: connections as IPVS counts them. Mirrors {@code struct xlvs_load}. The first two may be below zero between
 * two sweeps, since connections come and go while one recounts: {@link #activeConnections()} and
 * {@link #inactiveConnections()} take that for 0.
 *
 * @param active established
 * @param inactive all others
 * @param persistent templates
 * @param overloaded 1 from the upper threshold until the lower one
 */
public record Load(int active, int inactive, int persistent, int overloaded) {
  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT =
      StructLayout.of("xlvs_load")
          .u32("active")
          .u32("inactive")
          .u32("persistent")
          .u32("overloaded")
          .build();

  static final int ACTIVE = LAYOUT.offset("active");
  static final int INACTIVE = LAYOUT.offset("inactive");
  static final int PERSISTENT = LAYOUT.offset("persistent");
  static final int OVERLOADED = LAYOUT.offset("overloaded");

  /** Bytes of a value, in the buffer's native order. */
  public static final Codec<Load> CODEC = LAYOUT.codec(Load::write, Load::read);

  /** Established connections, as to be shown. */
  public int activeConnections() {
    return Math.max(0, active);
  }

  /** All other connections, as to be shown. */
  public int inactiveConnections() {
    return Math.max(0, inactive);
  }

  /** Writes the value at {@code at}, padding included. */
  public static void write(Load value, ByteBuffer buffer, int at) {
    buffer.putInt(at + ACTIVE, value.active);
    buffer.putInt(at + INACTIVE, value.inactive);
    buffer.putInt(at + PERSISTENT, value.persistent);
    buffer.putInt(at + OVERLOADED, value.overloaded);
  }

  /** Reads the value at {@code at}. */
  public static Load read(ByteBuffer buffer, int at) {
    return new Load(
        buffer.getInt(at + ACTIVE),
        buffer.getInt(at + INACTIVE),
        buffer.getInt(at + PERSISTENT),
        buffer.getInt(at + OVERLOADED));
  }
}
