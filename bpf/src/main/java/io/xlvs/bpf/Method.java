// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

/** Forwarding methods of ipvsadm(8): {@code enum xlvs_method}. */
public enum Method implements AbiConstant {
  /** Masquerading: the destination becomes the real server. */
  NAT(1),

  /** Direct routing: only the destination MAC changes. */
  DR(2),

  /** Tunnelling: the packet travels inside another. */
  TUN(3),

  /** NAT with a local address of the director as source. */
  FULLNAT(4);

  private static final Method[] VALUES = values();

  private final int value;

  Method(int value) {
    this.value = value;
  }

  @Override
  public int value() {
    return value;
  }

  /** The constant with this number; an unknown number means that the map was written by something else. */
  public static Method of(int value) {
    for (Method constant : VALUES) {
      if (constant.value == value) {
        return constant;
      }
    }
    throw new IllegalArgumentException("no such forwarding method: " + value);
  }
}
