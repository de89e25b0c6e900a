// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.map;

import io.xlvs.loader.internal.Native;
import java.nio.ByteBuffer;

/** Packed keys and values of a batch, in native memory. */
final class BatchBuffers {
  private final int entries;
  private final ByteBuffer keys;
  private final ByteBuffer values;

  BatchBuffers(int entries, int keySizeBytes, int valueSizeBytes) {
    this.entries = entries;
    this.keys = Native.allocate(Math.multiplyExact(entries, keySizeBytes));
    this.values = Native.allocate(Math.multiplyExact(entries, valueSizeBytes));
  }

  int entries() {
    return entries;
  }

  ByteBuffer keys() {
    return keys;
  }

  ByteBuffer values() {
    return values;
  }

  long keysAddress() {
    return Native.address(keys);
  }

  long valuesAddress() {
    return Native.address(values);
  }
}
