// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.map;

import io.xlvs.loader.internal.Errno;
import io.xlvs.loader.internal.Native;
import java.nio.ByteBuffer;

/**
 * Reads a map batch by batch: {@code while (cursor.next()) { cursor.count() elements in cursor.keys() and cursor.values() }}.
 *
 * <p>Elements changed while the cursor runs may be seen or not; an element that stays is seen at least once. Map types without
 * batch calls are read key by key; there a hash-like map starts over when the last key read is removed meanwhile.
 */
public final class MapCursor implements AutoCloseable {
  /** A batch token is a u32 for hash maps and arrays, a key for tries. */
  private static final int MINIMUM_TOKEN_BYTES = 8;

  private final RawMap map;
  private final boolean remove;
  private final ByteBuffer tokens;
  private final int tokenBytes;
  private BatchBuffers buffers;
  private int limit;
  private boolean started;
  private boolean finished;
  private int count;

  MapCursor(RawMap map, int batchEntries, boolean remove) {
    if (batchEntries < 1) {
      throw new IllegalArgumentException("batchEntries is " + batchEntries + ": must be at least 1");
    }
    this.map = map;
    this.remove = remove;
    this.tokenBytes = Math.max(MINIMUM_TOKEN_BYTES, map.keySizeBytes());
    this.tokens = Native.allocate(2 * tokenBytes);
    this.limit = (int) Math.min(batchEntries, Math.max(1, Integer.toUnsignedLong(map.info().maxEntries())));
    this.buffers = map.takeBuffers(limit);
  }

  /** Reads the next batch; false when nothing is left. */
  public boolean next() {
    count = 0;
    while (!finished && count == 0) {
      count = remove || map.info().type().supportsBatch() ? readBatch() : readOne();
    }
    return count > 0;
  }

  /** Number of elements in the current batch. */
  public int count() {
    return count;
  }

  /** The current batch's keys, packed; valid until the next call of {@link #next()} or {@link #close()}. */
  public ByteBuffer keys() {
    return buffers.keys();
  }

  /** The current batch's values, packed; valid as {@link #keys()}. */
  public ByteBuffer values() {
    return buffers.values();
  }

  /** Gives the buffers back. Idempotent. */
  @Override
  public void close() {
    finished = true;
    if (buffers != null) {
      map.giveBack(buffers);
      buffers = null;
    }
  }

  private int readBatch() {
    long in = Native.address(tokens);
    long out = in + tokenBytes;
    while (true) {
      BatchArguments arguments = BatchArguments.get().prepare(limit);
      int result = map.readBatch(started ? in : 0, out, buffers, arguments, remove);
      if (result == -Errno.ENOSPC && arguments.count() == 0) {
        // One bucket of the hash table holds more elements than the buffers: only larger ones get past it.
        limit = Math.multiplyExact(limit, 2);
        map.giveBack(buffers);
        buffers = map.takeBuffers(limit);
        continue;
      }
      if (result == -Errno.ENOENT) {
        finished = true;
      } else if (result != -Errno.ENOSPC) {
        map.check(result, "read batch from");
      }
      tokens.put(0, tokens, tokenBytes, tokenBytes);
      started = true;
      return arguments.count();
    }
  }

  /** Keys are iterated in the token memory: first half the previous key, second half the new one. */
  private int readOne() {
    ByteBuffer previous = tokens.duplicate().position(0);
    ByteBuffer next = tokens.duplicate().position(tokenBytes);
    if (!map.nextKey(started ? previous : null, next)) {
      finished = true;
      return 0;
    }
    started = true;
    tokens.put(0, tokens, tokenBytes, tokenBytes);
    buffers.keys().put(0, tokens, 0, map.keySizeBytes());
    return map.lookup(buffers.keys().clear(), buffers.values().clear()) ? 1 : 0;
  }
}
