// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

/** Encapsulations of {@link Method#TUN}: {@code enum xlvs_tunnel}. */
public enum Tunnel implements AbiConstant {
  /** IP in IP, either family in either. */
  IPIP(1),

  /** Generic UDP encapsulation. */
  GUE(2),

  /** Generic routing encapsulation. */
  GRE(3);

  private static final Tunnel[] VALUES = values();

  private final int value;

  Tunnel(int value) {
    this.value = value;
  }

  @Override
  public int value() {
    return value;
  }

  /** The constant with this number; an unknown number means that the map was written by something else. */
  public static Tunnel of(int value) {
    for (Tunnel constant : VALUES) {
      if (constant.value == value) {
        return constant;
      }
    }
    throw new IllegalArgumentException("no such tunnel type: " + value);
  }
}
