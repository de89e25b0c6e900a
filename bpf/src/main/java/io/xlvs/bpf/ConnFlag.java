// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

/** Flags of a connection: {@code enum xlvs_conn_flag}. */
public enum ConnFlag implements AbiConstant {
  /** FULLNAT: the server has answered data. */
  TOA_DONE(1),

  /** DR, TUN: only the client's half is seen. */
  INPUT_ONLY(2),

  /** Counted as active, else as inactive. */
  COUNTED_ACTIVE(4),

  /** Keeps its persistence template alive. */
  TEMPLATE_HELD(8),

  /** An FTP control connection of NAT or FULLNAT. */
  FTP(16),

  /** An FTP data connection, expected or open. */
  CONTROLLED(32);

  private final int value;

  ConnFlag(int value) {
    this.value = value;
  }

  @Override
  public int value() {
    return value;
  }
}
