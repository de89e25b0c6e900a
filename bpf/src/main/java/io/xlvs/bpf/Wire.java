// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Members that are in network order whatever the buffer's byte order. */
final class Wire {
  private Wire() {}

  /** Reads a {@code __be16} as a host-order number, 0 to 65535. */
  static int getBe16(ByteBuffer buffer, int offset) {
    return Byte.toUnsignedInt(buffer.get(offset)) << 8 | Byte.toUnsignedInt(buffer.get(offset + 1));
  }

  /** Writes a host-order number as a {@code __be16}; bits above 16 are refused. */
  static void putBe16(ByteBuffer buffer, int offset, int value) {
    if (value < 0 || value > 0xffff) {
      throw new IllegalArgumentException(value + " does not fit 16 bits");
    }
    buffer.put(offset, (byte) (value >>> 8));
    buffer.put(offset + 1, (byte) value);
  }

  /** A host-order port as the number that C sees in a {@code __be16}. */
  static int nativeBe16(int port) {
    boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    return little ? Short.toUnsignedInt(Short.reverseBytes((short) port)) : port;
  }

  /** Clears {@code size} bytes: padding is compared by hash maps. */
  static void clear(ByteBuffer buffer, int offset, int size) {
    for (int i = 0; i < size; i++) {
      buffer.put(offset + i, (byte) 0);
    }
  }
}
