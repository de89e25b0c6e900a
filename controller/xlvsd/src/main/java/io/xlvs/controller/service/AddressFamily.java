// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

/** Address family of an address or of a firewall-mark service. */
public enum AddressFamily {
  IPV4(4),
  IPV6(16);

  private final int addressBytes;

  AddressFamily(int addressBytes) {
    this.addressBytes = addressBytes;
  }

  /** Length of an address in bytes: 4 or 16. */
  public int addressBytes() {
    return addressBytes;
  }

  /** The longest prefix: 32 or 128. */
  public int addressBits() {
    return addressBytes * 8;
  }

  /** "IPv4" or "IPv6". */
  public String displayName() {
    return this == IPV4 ? "IPv4" : "IPv6";
  }
}
