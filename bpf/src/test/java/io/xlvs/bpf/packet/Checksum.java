// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

/**
 * The Internet checksum (RFC 1071), always summed over the whole data: the data plane
 * updates checksums by difference, so this side must not.
 */
final class Checksum {

  private Checksum() {
  }

  /** The unfolded sum of 16-bit words; an odd last byte counts as if a zero followed. */
  static long sum(byte[] bytes, int from, int to) {
    long sum = 0;
    for (int at = from; at < to; at += 2) {
      sum += Bytes.u8(bytes, at) << 8;
      if (at + 1 < to) {
        sum += Bytes.u8(bytes, at + 1);
      }
    }
    return sum;
  }

  /** Sum of the pseudo-header of RFC 793 and RFC 8200, which are one formula. */
  static long pseudoHeader(byte[] source, byte[] destination, int protocol, int length) {
    return sum(source, 0, source.length) + sum(destination, 0, destination.length)
        + protocol + (length >>> 16) + (length & 0xffff);
  }

  static int fold(long sum) {
    long folded = sum;
    while (folded > 0xffff) {
      folded = (folded & 0xffff) + (folded >>> 16);
    }
    return (int) folded;
  }

  /** The value for a checksum field that was zero while `sum` was taken. */
  static int complement(long sum) {
    return ~fold(sum) & 0xffff;
  }

  /** UDP says "no checksum" with zero, so a computed zero is sent as its twin (RFC 768). */
  static int udp(long sum) {
    int checksum = complement(sum);
    return checksum == 0 ? 0xffff : checksum;
  }
}
