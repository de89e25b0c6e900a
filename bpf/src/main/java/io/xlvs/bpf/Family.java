// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import java.util.Optional;

/** Address family: {@code enum xlvs_family}. */
public enum Family implements AbiConstant {
  /** IPv4. */
  IPV4(4),

  /** IPv6. */
  IPV6(6);

  private static final Family[] VALUES = values();

  private final int value;

  Family(int value) {
    this.value = value;
  }

  @Override
  public int value() {
    return value;
  }

  /** The constant with this number; an unknown number means that the map was written by something else. */
  public static Family of(int value) {
    for (Family constant : VALUES) {
      if (constant.value == value) {
        return constant;
      }
    }
    throw new IllegalArgumentException("no such address family: " + value);
  }

  /** As {@link #of}, with 0 standing for none. */
  static Optional<Family> find(int value) {
    return value == 0 ? Optional.empty() : Optional.of(of(value));
  }
}
