// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

/** Flags of a real server: {@code enum xlvs_server_flag}. */
public enum ServerFlag implements AbiConstant {
  /** It belongs to its service; without the flag its connections fall silent. */
  AVAILABLE(1),

  /** An address of the director itself. */
  LOCAL(2);

  private final int value;

  ServerFlag(int value) {
    this.value = value;
  }

  @Override
  public int value() {
    return value;
  }
}
