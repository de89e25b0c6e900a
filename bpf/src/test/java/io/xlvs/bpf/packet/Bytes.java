// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;

/** Fields in network order inside byte arrays. Offsets are in bytes from the array's start. */
final class Bytes {

  private Bytes() {
  }

  static int u8(byte[] bytes, int offset) {
    return bytes[offset] & 0xff;
  }

  static int u16(byte[] bytes, int offset) {
    return u8(bytes, offset) << 8 | u8(bytes, offset + 1);
  }

  static long u32(byte[] bytes, int offset) {
    return (long) u16(bytes, offset) << 16 | u16(bytes, offset + 2);
  }

  static void put8(byte[] bytes, int offset, int value) {
    bytes[offset] = (byte) value;
  }

  static void put16(byte[] bytes, int offset, int value) {
    bytes[offset] = (byte) (value >> 8);
    bytes[offset + 1] = (byte) value;
  }

  static void put32(byte[] bytes, int offset, long value) {
    put16(bytes, offset, (int) (value >> 16));
    put16(bytes, offset + 2, (int) value);
  }

  static void put(byte[] bytes, int offset, byte[] value) {
    System.arraycopy(value, 0, bytes, offset, value.length);
  }

  static byte[] slice(byte[] bytes, int from, int to) {
    return Arrays.copyOfRange(bytes, from, to);
  }

  static byte[] concat(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    byte[] whole = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      put(whole, at, part);
      at += part.length;
    }
    return whole;
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  static byte[] unhex(String text) {
    return HexFormat.of().parseHex(text.replace(":", "").replace(" ", ""));
  }

  /** An address literal; never a name, so that nothing is looked up. */
  static InetAddress address(String literal) {
    if (!literal.matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
      throw new IllegalArgumentException("not an address: " + literal);
    }
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("not an address: " + literal, e);
    }
  }

  static InetAddress address(byte[] bytes, int offset, int length) {
    try {
      return InetAddress.getByAddress(slice(bytes, offset, offset + length));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("addresses have 4 or 16 bytes, not " + length, e);
    }
  }
}
