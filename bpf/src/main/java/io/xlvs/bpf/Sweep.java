// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.Codec;
import java.nio.ByteBuffer;

/**
 * Context of the program xlvs_sweep: what one sweep found. Mirrors {@code struct xlvs_sweep}.
 *
 * @param connections live entries
 * @param halfOpen live entries
 * @param templates live entries
 * @param expired entries removed by this sweep
 * @param skipReplies asked: 1 to leave out the look for server's tuples without a connection, else 0
 */
public record Sweep(int connections, int halfOpen, int templates, int expired, int skipReplies) {
  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT =
      StructLayout.of("xlvs_sweep")
          .u32("connections")
          .u32("half_open")
          .u32("templates")
          .u32("expired")
          .u32("skip_replies")
          .build();

  static final int CONNECTIONS = LAYOUT.offset("connections");
  static final int HALF_OPEN = LAYOUT.offset("half_open");
  static final int TEMPLATES = LAYOUT.offset("templates");
  static final int EXPIRED = LAYOUT.offset("expired");
  static final int SKIP_REPLIES = LAYOUT.offset("skip_replies");

  /** Bytes of a value, in the buffer's native order. */
  public static final Codec<Sweep> CODEC = LAYOUT.codec(Sweep::write, Sweep::read);

  /** Writes the value at {@code at}, padding included. */
  public static void write(Sweep value, ByteBuffer buffer, int at) {
    buffer.putInt(at + CONNECTIONS, value.connections);
    buffer.putInt(at + HALF_OPEN, value.halfOpen);
    buffer.putInt(at + TEMPLATES, value.templates);
    buffer.putInt(at + EXPIRED, value.expired);
    buffer.putInt(at + SKIP_REPLIES, value.skipReplies);
  }

  /** Reads the value at {@code at}. */
  public static Sweep read(ByteBuffer buffer, int at) {
    return new Sweep(
        buffer.getInt(at + CONNECTIONS),
        buffer.getInt(at + HALF_OPEN),
        buffer.getInt(at + TEMPLATES),
        buffer.getInt(at + EXPIRED),
        buffer.getInt(at + SKIP_REPLIES));
  }
}
