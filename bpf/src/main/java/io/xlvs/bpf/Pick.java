// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

/** How the kernel picks an entry of a ring: {@code enum xlvs_pick}. A ring of pairs has a number behind each server. */
public enum Pick implements AbiConstant {
  /** A counter modulo the length: rr, wrr. */
  NEXT(1),

  /** ip_vs_sh's hash of the client, ring of 256. */
  SH(2),

  /** ip_vs_mh's hash of the client modulo the length. */
  MH(3),

  /** ip_vs_dh's hash of the destination address, ring of 256. */
  DH(4),

  /** The first usable one of a ring that is sorted by weight. */
  FO(5),

  /** Pairs with weights: least (active * 256 + inactive) / weight. */
  WLC(6),

  /** Pairs with weights: least (active + 1) / weight. */
  SED(7),

  /** Pairs with weights: the first without active connections, else as {@link #SED}. */
  NQ(8),

  /** Pairs with weights, the heaviest first: the first with no more active connections than its weight. */
  OVF(9),

  /** Two drawn by weight, the less loaded one of them. Columns of two pairs: own server and its share in 1/2^32, other server and 0. */
  TWOS(10),

  /** As {@link #WLC}; the destination keeps the server. */
  LBLC(11),

  /** As {@link #WLC}; the destination keeps a set of servers. */
  LBLCR(12);

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
