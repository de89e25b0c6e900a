// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

/** Options of a tunnel: {@code enum xlvs_tunnel_flag}. */
public enum TunnelFlag implements AbiConstant {
  /** The tunnel header carries a checksum (--tun-csum). */
  CHECKSUM(1);

  private final int value;

  TunnelFlag(int value) {
    this.value = value;
  }

  @Override
  public int value() {
    return value;
  }
}
