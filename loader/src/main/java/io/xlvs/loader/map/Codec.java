// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.map;

import java.nio.ByteBuffer;

/**
 * Translates between a Java value and the fixed-size bytes of a map's key or value.
 *
 * <p>Buffers come in native byte order, positioned at the first byte. {@link #encode} must write all {@link #sizeBytes()}
 * bytes with relative puts, padding included (zeroed: hash maps compare it); the map checks that the position has advanced by
 * exactly that much. {@link #decode} may use relative or absolute gets from the position on; the map ignores where it leaves
 * the position. Codecs keep no reference to the buffer and call no map.
 *
 * @param <T> the Java value
 */
public interface Codec<T> {
  /** Size in bytes, the same for every value. */
  int sizeBytes();

  /** Writes exactly {@link #sizeBytes()} bytes at the buffer's position and leaves the position behind them. */
  void encode(T value, ByteBuffer out);

  /** Reads a value from the buffer's position. */
  T decode(ByteBuffer in);
}
