// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.packet;

import java.util.Arrays;

/** Numbers in network byte order, and the Internet checksum (RFC 1071). */
final class Octets {
  private Octets() {}

  static int u8(byte[] bytes, int at) {
    return bytes[at] & 0xff;
  }

  static int u16(byte[] bytes, int at) {
    return u8(bytes, at) << 8 | u8(bytes, at + 1);
  }

  static int u32(byte[] bytes, int at) {
    return u16(bytes, at) << 16 | u16(bytes, at + 2);
  }

  static void put16(byte[] bytes, int at, int value) {
    bytes[at] = (byte) (value >>> 8);
    bytes[at + 1] = (byte) value;
  }

  static void put32(byte[] bytes, int at, int value) {
    put16(bytes, at, value >>> 16);
    put16(bytes, at + 2, value);
  }

  static byte[] join(byte[]... parts) {
    byte[] joined = new byte[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, joined, at, part.length);
      at += part.length;
    }
    return joined;
  }

  /** Sum of 16-bit words, folded; an odd last byte counts as if a zero followed. 0xffff of what holds its own right checksum. */
  static int sum(byte[]... parts) {
    long sum = 0;
    for (byte[] part : parts) {
      for (int at = 0; at < part.length; at += 2) {
        sum += u8(part, at) << 8 | (at + 1 < part.length ? u8(part, at + 1) : 0);
      }
    }
    while (sum > 0xffff) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (int) sum;
  }

  /** The pseudo-header that TCP, UDP and ICMPv6 sum with their own bytes (RFC 9293, RFC 8200). */
  static byte[] pseudoHeader(byte[] source, byte[] destination, int protocol, int length) {
    byte[] numbers = new byte[8];
    put32(numbers, 0, length);
    numbers[7] = (byte) protocol;
    return join(source, destination, numbers);
  }
}
