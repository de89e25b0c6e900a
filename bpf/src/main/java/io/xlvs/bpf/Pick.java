// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

/** How the kernel picks an entry of a ring: {@code enum xlvs_pick}. */
public enum Pick implements AbiConstant {
  /** A counter modulo the length: rr, wrr. */
  NEXT(1),

  /** ip_vs_sh's hash of the client, ring of 256. */
  SH(2),

  /** ip_vs_mh's hash of the client modulo the length. */
  MH(3),

  /** Least (active * 256 + inactive) / weight. */
  WLC(4),

  /** Least active * 256 + inactive. */
  LC(5);

  private static final Pick[] VALUES = values();

  private final int value;

  Pick(int value) {
    this.value = value;
  }

  @Override
  public int value() {
    return value;
  }

  /** The constant with this number; an unknown number means that the map was written by something else. */
  public static Pick of(int value) {
    for (Pick constant : VALUES) {
      if (constant.value == value) {
        return constant;
      }
    }
    throw new IllegalArgumentException("no such pick: " + value);
  }
}
