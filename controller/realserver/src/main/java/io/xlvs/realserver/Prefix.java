// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * A range of addresses.
 *
 * @param address lowest address, host bits zero
 * @param length leading bits that count: 0..32 for IPv4, 0..128 for IPv6
 */
record Prefix(InetAddress address, int length) {
  private static final int MAPPED_BITS = 96;

  boolean isIpv4() {
    return address instanceof Inet4Address;
  }

  /** Length over the IPv4-mapped form, in which BPF maps hold every address. */
  int mappedLength() {
    return isIpv4() ? MAPPED_BITS + length : length;
  }

  /** Whether an address of the same family lies in the range. */
  boolean contains(InetAddress other) {
    byte[] mine = address.getAddress();
    byte[] its = other.getAddress();
    if (mine.length != its.length) {
      return false;
    }
    for (int bit = 0; bit < length; bit++) {
      int mask = 0x80 >> bit % 8;
      if ((mine[bit / 8] & mask) != (its[bit / 8] & mask)) {
        return false;
      }
    }
    return true;
  }

  /** The plain address when it is a single one, else address/length. */
  @Override
  public String toString() {
    return length == 8 * address.getAddress().length ? Literals.text(address) : Literals.text(address) + "/" + length;
  }
}
