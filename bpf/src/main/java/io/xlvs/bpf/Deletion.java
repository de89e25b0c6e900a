// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.Codec;
import java.nio.ByteBuffer;

/**
 * deletions[n]: an entry that the program xlvs_delete shall remove if it still is as it was read. Mirrors
 * {@code struct xlvs_deletion}.
 *
 * @param key of the entry
 * @param lastSeenJiffies as read
 * @param server slot, as read
 * @param generation of the slot, as read
 * @param state as read; 0 in a template
 * @param table where it lies
 * @param outcome what became of it; written by the program
 */
public record Deletion(
    Tuple key, long lastSeenJiffies, int server, int generation, int state, DeletionTable table, DeletionOutcome outcome) {
  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT =
      StructLayout.of("xlvs_deletion")
          .bytes("key", Tuple.LAYOUT.size())
          .u64("last_seen")
          .u32("server")
          .u32("generation")
          .u32("state")
          .u32("table")
          .u32("outcome")
          .u32("pad")
          .build();

  static final int KEY = LAYOUT.offset("key");
  static final int LAST_SEEN = LAYOUT.offset("last_seen");
  static final int SERVER = LAYOUT.offset("server");
  static final int GENERATION = LAYOUT.offset("generation");
  static final int STATE = LAYOUT.offset("state");
  static final int TABLE = LAYOUT.offset("table");
  static final int OUTCOME = LAYOUT.offset("outcome");
  static final int PAD = LAYOUT.offset("pad");

  /** Bytes of a value, in the buffer's native order. */
  public static final Codec<Deletion> CODEC = LAYOUT.codec(Deletion::write, Deletion::read);

  /** Of a connection as it was read. */
  public static Deletion of(Tuple key, Conn conn, boolean half) {
    return new Deletion(key, conn.lastSeenJiffies(), conn.server(), conn.generation(), conn.state().value(),
        half ? DeletionTable.HALF_OPEN : DeletionTable.CONNECTIONS, DeletionOutcome.GONE);
  }

  /** Of a template as it was read. */
  public static Deletion of(Tuple key, Template template, boolean half) {
    return new Deletion(key, template.lastSeenJiffies(), template.server(), template.generation(), 0,
        half ? DeletionTable.HALF_TEMPLATES : DeletionTable.TEMPLATES, DeletionOutcome.GONE);
  }

  /** Writes the value at {@code at}, padding included. */
  public static void write(Deletion value, ByteBuffer buffer, int at) {
    Tuple.write(value.key, buffer, at + KEY);
    buffer.putLong(at + LAST_SEEN, value.lastSeenJiffies);
    buffer.putInt(at + SERVER, value.server);
    buffer.putInt(at + GENERATION, value.generation);
    buffer.putInt(at + STATE, value.state);
    buffer.putInt(at + TABLE, value.table.value());
    buffer.putInt(at + OUTCOME, value.outcome.value());
    Wire.clear(buffer, at + PAD, 4);
  }

  /** Reads the value at {@code at}. */
  public static Deletion read(ByteBuffer buffer, int at) {
    return new Deletion(
        Tuple.read(buffer, at + KEY),
        buffer.getLong(at + LAST_SEEN),
        buffer.getInt(at + SERVER),
        buffer.getInt(at + GENERATION),
        buffer.getInt(at + STATE),
        DeletionTable.of(buffer.getInt(at + TABLE)),
        DeletionOutcome.of(buffer.getInt(at + OUTCOME)));
  }
}
