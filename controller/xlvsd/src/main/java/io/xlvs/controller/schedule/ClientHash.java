// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import io.xlvs.controller.service.IpAddress;

/** The hashes of an address and a port by which ip_vs_sh.c and ip_vs_mh.c choose; the data plane computes the same ones. */
final class ClientHash {
  /** GOLDEN_RATIO_32 of linux/hash.h. */
  private static final int GOLDEN_RATIO = 0x61C88647;
  /** ip_vs_mh.c, generate_hash_secret(): both key words of each hash are the same number. */
  private static final long PLACE_SECRET = 2654435761L;
  private static final long SKIP_SECRET = 2654446892L;

  private ClientHash() {}

  /** Index into the 256 places of sh; port is 0 without sh-port; offset is 0 for the first look-up. */
  static int sourceHash(IpAddress address, int port, int offset) {
    int hash = (port + fold(address)) * GOLDEN_RATIO >>> (32 - 8);
    return (offset + hash) & (SourceHashing.TABLE_SIZE - 1);
  }

  /** An unsigned 32-bit number, modulo 4093 the place of mh; port is 0 without mh-port. */
  static int maglev(IpAddress address, int port, int offset) {
    return halfSipHash13(offset + port + fold(address), PLACE_SECRET);
  }

  /** The hash that a server's skip comes from. */
  static int maglevSkip(IpAddress address, int port) {
    return halfSipHash13(port + fold(address), SKIP_SECRET);
  }

  /** IPv4: the address as a number; IPv6: its four 32-bit words combined by exclusive or. */
  private static int fold(IpAddress address) {
    long both = address.highBits() ^ address.lowBits();
    return address.isIpv4() ? (int) both : (int) (both ^ both >>> 32);
  }

  /**
   * hsiphash of one 32-bit number as 64-bit kernels compute it: SipHash with 1 and 3 rounds, 64-bit words, the result's lower
   * half. Both words of the key are {@code secret}.
   */
  private static int halfSipHash13(int value, long secret) {
    SipState state = new SipState(secret);
    long block = 4L << 56 | value & 0xffffffffL;
    state.v3 ^= block;
    state.round();
    state.v0 ^= block;
    state.v2 ^= 0xff;
    state.round();
    state.round();
    state.round();
    return (int) (state.v0 ^ state.v1 ^ state.v2 ^ state.v3);
  }

  /** The four words of SipHash. */
  private static final class SipState {
    private long v0;
    private long v1;
    private long v2;
    private long v3;

    SipState(long secret) {
      v0 = 0x736f6d6570736575L ^ secret;
      v1 = 0x646f72616e646f6dL ^ secret;
      v2 = 0x6c7967656e657261L ^ secret;
      v3 = 0x7465646279746573L ^ secret;
    }

    void round() {
      v0 += v1;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v0 = Long.rotateLeft(v0, 32);
      v2 += v3;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 += v3;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 += v1;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v2 = Long.rotateLeft(v2, 32);
    }
  }
}
