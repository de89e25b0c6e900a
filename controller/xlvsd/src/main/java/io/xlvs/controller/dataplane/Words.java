// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.loader.map.MappedArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Records in mapped arrays, written word by word and only where they differ, so that readers' cache lines stay theirs. */
final class Words {
  private Words() {}

  /** A zeroed buffer in native byte order. */
  static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
  }

  /** Makes the array's bytes at {@code offset} equal to the buffer's from {@code from} to {@code to}; all multiples of 8. */
  static void write(MappedArray array, long offset, ByteBuffer bytes, int from, int to) {
    for (int at = from; at < to; at += Long.BYTES) {
      long word = bytes.getLong(at);
      if (array.getLong(offset + at) != word) {
        array.putLongRelease(offset + at, word);
      }
    }
  }

  /** Copies a record out. */
  static ByteBuffer read(MappedArray array, long offset, int bytes) {
    ByteBuffer copy = buffer(bytes);
    array.getBytes(offset, copy.array());
    return copy;
  }
}
