// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

import java.util.Objects;

/**
 * An IPv4 or IPv6 address. Immutable and small (no array inside): a configuration holds a million of them.
 *
 * <p>Text in: dotted quad of four decimal parts without leading zeros, or RFC 4291 section 2.2 without a zone; never a host
 * name. Text out: dotted quad, or RFC 5952.
 */
public final class IpAddress implements Comparable<IpAddress> {
  private final AddressFamily family;
  private final long high;
  private final long low;

  private IpAddress(AddressFamily family, long high, long low) {
    this.family = family;
    this.high = high;
    this.low = low;
  }

  /**
   * Reads text.
   *
   * @throws IllegalArgumentException naming the text and what would be right
   */
  public static IpAddress parse(String text) {
    return IpAddressText.parse(text);
  }

  /** The IPv4 address of this 32-bit number, most significant byte first in text. */
  public static IpAddress ofIpv4(int bits) {
    return new IpAddress(AddressFamily.IPV4, 0, bits & 0xffffffffL);
  }

  /** The IPv6 address of these two 64-bit halves. */
  public static IpAddress ofIpv6(long high, long low) {
    return new IpAddress(AddressFamily.IPV6, high, low);
  }

  /**
   * From network byte order.
   *
   * @throws IllegalArgumentException unless 4 or 16 bytes
   */
  public static IpAddress ofBytes(byte[] networkOrder) {
    Objects.requireNonNull(networkOrder, "networkOrder");
    if (networkOrder.length == 4) {
      return ofIpv4((int) bigEndian(networkOrder, 0, 4));
    }
    if (networkOrder.length == 16) {
      return ofIpv6(bigEndian(networkOrder, 0, 8), bigEndian(networkOrder, 8, 8));
    }
    throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + networkOrder.length);
  }

  private static long bigEndian(byte[] bytes, int from, int count) {
    long value = 0;
    for (int i = from; i < from + count; i++) {
      value = value << 8 | bytes[i] & 0xff;
    }
    return value;
  }

  public AddressFamily family() {
    return family;
  }

  public boolean isIpv4() {
    return family == AddressFamily.IPV4;
  }

  /** The upper 64 bits of an IPv6 address; 0 for IPv4. */
  public long highBits() {
    return high;
  }

  /** The lower 64 bits of an IPv6 address; the 32 bits of an IPv4 address. */
  public long lowBits() {
    return low;
  }

  /** In network byte order: 4 or 16 bytes, a fresh array. */
  public byte[] toBytes() {
    int length = family.addressBytes();
    byte[] bytes = new byte[length];
    long rest = low;
    for (int i = length - 1; i >= 0; i--) {
      bytes[i] = (byte) rest;
      rest = i == 8 ? high : rest >>> 8;
    }
    return bytes;
  }

  /** 0.0.0.0 or ::. */
  public boolean isUnspecified() {
    return high == 0 && low == 0;
  }

  /** 224.0.0.0/4 or ff00::/8. */
  public boolean isMulticast() {
    return isIpv4() ? low >>> 28 == 0xe : high >>> 56 == 0xff;
  }

  /** 255.255.255.255. */
  public boolean isLimitedBroadcast() {
    return isIpv4() && low == 0xffffffffL;
  }

  /** 127.0.0.0/8 or ::1. */
  public boolean isLoopback() {
    return isIpv4() ? low >>> 24 == 127 : high == 0 && low == 1;
  }

  /** fe80::/10: means nothing without an interface. */
  public boolean isIpv6LinkLocal() {
    return !isIpv4() && high >>> 54 == 0x3fa;
  }

  /** ::ffff:0:0/96, RFC 4291 section 2.5.5.2. */
  public boolean isIpv4Mapped() {
    return !isIpv4() && high == 0 && low >>> 32 == 0xffff;
  }

  /** Whether the first prefixLength bits equal the other's; false between families. */
  public boolean matches(IpAddress other, int prefixLength) {
    if (family != other.family) {
      return false;
    }
    if (isIpv4()) {
      return prefixLength == 0 || (low ^ other.low) >>> (32 - prefixLength) == 0;
    }
    if (prefixLength <= 64) {
      return prefixLength == 0 || (high ^ other.high) >>> (64 - prefixLength) == 0;
    }
    return high == other.high && (low ^ other.low) >>> (128 - prefixLength) == 0;
  }

  /** "10.0.0.1:80" or "[fd00::1]:80". */
  public String withPort(int port) {
    return isIpv4() ? this + ":" + port : "[" + this + "]:" + port;
  }

  /** IPv4 before IPv6, then by number. */
  @Override
  public int compareTo(IpAddress other) {
    int order = family.compareTo(other.family);
    order = order != 0 ? order : Long.compareUnsigned(high, other.high);
    return order != 0 ? order : Long.compareUnsigned(low, other.low);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof IpAddress that && family == that.family && high == that.high && low == that.low;
  }

  @Override
  public int hashCode() {
    // Mixed, because neighbouring addresses differ in few low bits only and land beside ports in composed hashes.
    long mixed = (high * 31 + low) * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 32) + family.ordinal();
  }

  @Override
  public String toString() {
    return IpAddressText.format(this);
  }
}
