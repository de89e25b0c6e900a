// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.net;

/** Ethernet addresses as numbers. */
final class Macs {
  private static final int BYTES = 6;

  private Macs() {}

  /** The low 48 bits; 0 for link-layer addresses of another length. */
  static long of(byte[] address) {
    if (address.length != BYTES) {
      return 0;
    }
    long mac = 0;
    for (byte b : address) {
      mac = mac << 8 | Byte.toUnsignedLong(b);
    }
    return mac;
  }
}
