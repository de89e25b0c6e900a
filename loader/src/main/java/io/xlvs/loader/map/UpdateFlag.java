// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.map;

/** How an update treats present and absent keys. */
public enum UpdateFlag {
  /** BPF_ANY: create or replace. */
  ANY(0),
  /** BPF_NOEXIST: create only; EEXIST otherwise. */
  NOEXIST(1),
  /** BPF_EXIST: replace only; ENOENT otherwise. */
  EXIST(2);

  private final int bits;

  UpdateFlag(int bits) {
    this.bits = bits;
  }

  /** The kernel's flag bits. */
  public int bits() {
    return bits;
  }
}
