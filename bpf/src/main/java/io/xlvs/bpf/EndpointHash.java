// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

/**
 * The hash under which the data plane looks for endpoints: {@code xlvs_hash()} of {@code xlvs/hash.h} over an endpoint's
 * address, port, protocol, kind and family.
 */
public final class EndpointHash {
  private static final long K1 = 0x9e37_79b9_7f4a_7c15L;
  private static final long K2 = 0xc2b2_ae3d_27d4_eb4fL;
  private static final long K3 = 0x1656_67b1_9e37_79f9L;

  private EndpointHash() {}

  /** {@code xlvs_hash(a, b, c, seed)}; the seed is unsigned. */
  public static long hash(long a, long b, long c, int seed) {
    long h = mix(a, b) + (c + Integer.toUnsignedLong(seed)) * K3;
    h ^= h >>> 32;
    h *= K1;
    return h ^ h >>> 29;
  }

  /** The addresses' share of the hash. */
  static long mix(long a, long b) {
    return a * K1 + b * K2;
  }

  /** An endpoint's hash: the low half picks its first bucket, the high half its second. */
  public static long of(Endpoint endpoint, int seed) {
    return hash(endpoint.address().low(), endpoint.address().high(), thirdWord(endpoint), seed);
  }

  /** Port as the kernel reads it from the packet, protocol, kind and family in one word. */
  static long thirdWord(Endpoint endpoint) {
    return Wire.nativeBe16(endpoint.port())
        | (long) endpoint.protocol() << 16
        | (long) endpoint.kind().value() << 24
        | (long) endpoint.family().value() << 32;
  }
}
