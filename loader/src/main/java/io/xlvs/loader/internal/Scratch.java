// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.internal;

import java.nio.ByteBuffer;

/**
 * A per-thread native buffer that map and program calls reuse, so that a call allocates nothing. It grows to the largest size
 * asked for, and its content is unspecified at the start of each use.
 */
public final class Scratch {
  private static final int INITIAL_BYTES = 4096;
  private static final ThreadLocal<Scratch> KEYS = ThreadLocal.withInitial(Scratch::new);
  private static final ThreadLocal<Scratch> VALUES = ThreadLocal.withInitial(Scratch::new);

  private ByteBuffer buffer = Native.allocate(INITIAL_BYTES);
  private long address = Native.address(buffer);

  private Scratch() {}

  /** This thread's buffer for keys, with room for {@code sizeBytes}. */
  public static Scratch keys(int sizeBytes) {
    return KEYS.get().reserve(sizeBytes);
  }

  /** This thread's buffer for values, with room for {@code sizeBytes}. */
  public static Scratch values(int sizeBytes) {
    return VALUES.get().reserve(sizeBytes);
  }

  private Scratch reserve(int sizeBytes) {
    if (buffer.capacity() < sizeBytes) {
      buffer = Native.allocate(Math.max(sizeBytes, (int) Math.min(Integer.MAX_VALUE - 8L, 2L * buffer.capacity())));
      address = Native.address(buffer);
    }
    buffer.clear();
    return this;
  }

  /** The buffer, in native byte order, cleared. */
  public ByteBuffer buffer() {
    return buffer;
  }

  /** Address of the buffer's first byte. */
  public long address() {
    return address;
  }
}
