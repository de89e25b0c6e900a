// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import java.nio.ByteBuffer;

/**
 * An Ethernet address.
 *
 * @param bits the six bytes, first byte highest, in the low 48 bits
 */
public record MacAddress(long bits) {
  /** Bytes of an Ethernet address. */
  public static final int BYTES = 6;

  /** No address. */
  public static final MacAddress ZERO = new MacAddress(0);

  public MacAddress {
    if (bits >>> 48 != 0) {
      throw new IllegalArgumentException("an Ethernet address has 48 bits: 0x" + Long.toHexString(bits));
    }
  }

  /** @throws IllegalArgumentException unless there are six bytes */
  public static MacAddress of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("an Ethernet address has 6 bytes, not " + bytes.length);
    }
    return read(ByteBuffer.wrap(bytes), 0);
  }

  /** Reads six bytes. */
  public static MacAddress read(ByteBuffer buffer, int offset) {
    long bits = 0;
    for (int i = 0; i < BYTES; i++) {
      bits = bits << 8 | Byte.toUnsignedLong(buffer.get(offset + i));
    }
    return new MacAddress(bits);
  }

  /** Writes six bytes. */
  public void write(ByteBuffer buffer, int offset) {
    for (int i = 0; i < BYTES; i++) {
      buffer.put(offset + i, (byte) (bits >>> 8 * (BYTES - 1 - i)));
    }
  }

  /** Six pairs of hexadecimal digits. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = BYTES - 1; i >= 0; i--) {
      text.append(String.format("%02x", bits >>> 8 * i & 0xff)).append(i > 0 ? ":" : "");
    }
    return text.toString();
  }
}
