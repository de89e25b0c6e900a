// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

import java.util.Objects;

/**
 * All addresses that begin with the same bits. Text form: "10.0.0.96/28", and for a single address the address alone.
 *
 * @param address the first address: all bits behind the length are zero
 * @param length in bits, 0 to the family's 32 or 128
 */
public record Prefix(IpAddress address, int length) {
  public Prefix {
    Objects.requireNonNull(address, "address");
    int bits = address.family().addressBits();
    if (length < 0 || length > bits) {
      throw new IllegalArgumentException("prefix length " + length + " of " + address + " is out of range: 0.." + bits + " would be right");
    }
    IpAddress first = first(address, length);
    if (!first.equals(address)) {
      throw new IllegalArgumentException("\"" + address + "/" + length + "\" has bits behind its prefix length: " + first + "/" + length
          + " would be right, or " + address + " for the one address");
    }
  }

  private static IpAddress first(IpAddress address, int length) {
    int behind = address.family().addressBits() - length;
    if (address.isIpv4()) {
      return IpAddress.ofIpv4((int) clear(address.lowBits(), behind));
    }
    return IpAddress.ofIpv6(clear(address.highBits(), behind - 64), clear(address.lowBits(), behind));
  }

  /** The word without so many of its lowest bits; a negative count clears none. */
  private static long clear(long word, int bits) {
    return bits >= 64 ? 0 : bits <= 0 ? word : word >>> bits << bits;
  }

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException naming the text and what would be right
   */
  public static Prefix parse(String text) {
    int slash = text.indexOf('/');
    IpAddress address = IpAddress.parse(slash < 0 ? text : text.substring(0, slash));
    int bits = address.family().addressBits();
    return new Prefix(address, slash < 0 ? bits : (int) Ports.parseDecimal(text.substring(slash + 1), "prefix length", bits));
  }

  /** Bits that tell its addresses apart: 0 for a single address. */
  public int hostBits() {
    return address.family().addressBits() - length;
  }

  /**
   * The address with this number in it; 0 is the first.
   *
   * @param number below 2 to the power of {@link #hostBits}
   */
  public IpAddress address(int number) {
    return address.isIpv4()
        ? IpAddress.ofIpv4((int) address.lowBits() + number)
        : IpAddress.ofIpv6(address.highBits(), address.lowBits() + number);
  }

  /** Whether an address is in both. */
  public boolean overlaps(Prefix other) {
    return address.matches(other.address, Math.min(length, other.length));
  }

  @Override
  public String toString() {
    return hostBits() == 0 ? address.toString() : address + "/" + length;
  }
}
