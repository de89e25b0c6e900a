// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.Codec;
import java.nio.ByteBuffer;

/**
 * Value of templates and half_templates: a persistent client's server. Mirrors {@code struct xlvs_template}.
 *
 * @param lastSeenJiffies last use
 * @param server slot
 * @param generation of the slot
 * @param service index
 * @param timeoutJiffies idle time after which it expires
 * @param connections open ones that hold it
 */
public record Template(
    long lastSeenJiffies,
    int server,
    int generation,
    int service,
    long timeoutJiffies,
    int connections) {
  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT =
      StructLayout.of("xlvs_template")
          .u64("last_seen")
          .u32("server")
          .u32("generation")
          .u32("service")
          .u32("timeout")
          .u32("connections")
          .u32("pad")
          .build();

  static final int LAST_SEEN = LAYOUT.offset("last_seen");
  static final int SERVER = LAYOUT.offset("server");
  static final int GENERATION = LAYOUT.offset("generation");
  static final int SERVICE = LAYOUT.offset("service");
  static final int TIMEOUT = LAYOUT.offset("timeout");
  static final int CONNECTIONS = LAYOUT.offset("connections");
  static final int PAD = LAYOUT.offset("pad");

  /** Bytes of a value, in the buffer's native order. */
  public static final Codec<Template> CODEC = LAYOUT.codec(Template::write, Template::read);

  /** Writes the value at {@code at}, padding included. */
  public static void write(Template value, ByteBuffer buffer, int at) {
    buffer.putLong(at + LAST_SEEN, value.lastSeenJiffies);
    buffer.putInt(at + SERVER, value.server);
    buffer.putInt(at + GENERATION, value.generation);
    buffer.putInt(at + SERVICE, value.service);
    buffer.putInt(at + TIMEOUT, (int) value.timeoutJiffies);
    buffer.putInt(at + CONNECTIONS, value.connections);
    Wire.clear(buffer, at + PAD, 4);
  }

  /** Reads the value at {@code at}. */
  public static Template read(ByteBuffer buffer, int at) {
    return new Template(
        buffer.getLong(at + LAST_SEEN),
        buffer.getInt(at + SERVER),
        buffer.getInt(at + GENERATION),
        buffer.getInt(at + SERVICE),
        Integer.toUnsignedLong(buffer.getInt(at + TIMEOUT)),
        buffer.getInt(at + CONNECTIONS));
  }
}
