// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An IPv4 or IPv6 address as the maps hold it: four words of network-order bytes, IPv4 in the first word, the rest zero.
 *
 * <p>The two halves are what the kernel reads with {@code two_words()}: the first word in the low 32 bits. They are the
 * input of {@link EndpointHash}, so they follow the machine's byte order and mean nothing outside it.
 *
 * @param low words 0 and 1
 * @param high words 2 and 3
 */
public record WireAddress(long low, long high) {
  /** Bytes of {@code __be32 addr[4]}. */
  public static final int BYTES = 16;

  /** The unspecified address, and what an unused address member holds. */
  public static final WireAddress ZERO = new WireAddress(0, 0);

  private static final long WORD = 0xffff_ffffL;

  /**
   * @param address 4 bytes (IPv4) or 16 (IPv6), in network order
   * @throws IllegalArgumentException for any other length
   */
  public static WireAddress of(byte[] address) {
    if (address.length != 4 && address.length != BYTES) {
      throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + address.length);
    }
    ByteBuffer words = ByteBuffer.allocate(BYTES).order(ByteOrder.nativeOrder());
    words.put(0, address);
    return read(words, 0);
  }

  /** The IPv4 address of this number, whose most significant byte comes first in the packet. */
  public static WireAddress ofIpv4(int bits) {
    return new WireAddress(join(networkWord(bits), 0), 0);
  }

  /** The IPv6 address of these two halves, whose most significant bytes come first in the packet. */
  public static WireAddress ofIpv6(long highBits, long lowBits) {
    return new WireAddress(
        join(networkWord((int) (highBits >>> 32)), networkWord((int) highBits)),
        join(networkWord((int) (lowBits >>> 32)), networkWord((int) lowBits)));
  }

  /** A number as C reads it from a {@code __be32} of its bytes. */
  private static int networkWord(int bits) {
    return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? Integer.reverseBytes(bits) : bits;
  }

  /** Reads {@code __be32 addr[4]} from a buffer in native byte order. */
  public static WireAddress read(ByteBuffer buffer, int offset) {
    return new WireAddress(
        join(buffer.getInt(offset), buffer.getInt(offset + 4)),
        join(buffer.getInt(offset + 8), buffer.getInt(offset + 12)));
  }

  /** Writes {@code __be32 addr[4]} to a buffer in native byte order. */
  public void write(ByteBuffer buffer, int offset) {
    buffer.putInt(offset, (int) low);
    buffer.putInt(offset + 4, (int) (low >>> 32));
    buffer.putInt(offset + 8, (int) high);
    buffer.putInt(offset + 12, (int) (high >>> 32));
  }

  /** The address in network order: 4 bytes for IPv4, 16 for IPv6. */
  public byte[] bytes(Family family) {
    ByteBuffer words = ByteBuffer.allocate(BYTES).order(ByteOrder.nativeOrder());
    write(words, 0);
    byte[] bytes = new byte[family == Family.IPV4 ? 4 : BYTES];
    words.get(0, bytes);
    return bytes;
  }

  /** The address as Java's own type. */
  public InetAddress toInetAddress(Family family) {
    try {
      return InetAddress.getByAddress(bytes(family));
    } catch (UnknownHostException e) {
      throw new AssertionError("4 or 16 bytes are always an address", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WireAddress that && low == that.low && high == that.high;
  }

  /** Mixed: neighbouring IPv4 addresses differ in the word's highest bits only, where a hash map hardly looks. */
  @Override
  public int hashCode() {
    return (int) ((low * 31 + high) * 0x9e37_79b9_7f4a_7c15L >>> 32);
  }

  static long join(int word0, int word1) {
    return word0 & WORD | (long) word1 << 32;
  }
}
