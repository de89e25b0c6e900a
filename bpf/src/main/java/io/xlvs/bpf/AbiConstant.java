// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

/** A constant that C and Java share: its C name is the enum's prefix and this constant's name. */
public interface AbiConstant {
  /** The number in the maps. */
  int value();

  /** The Java name, which is the C name without the prefix. */
  String name();
}
