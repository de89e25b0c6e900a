// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

/** Flags of a next hop or device: {@code enum xlvs_next_hop_flag}. */
public enum NextHopFlag implements AbiConstant {
  /** The MAC addresses are known. */
  RESOLVED(1),

  /** The device cannot be sent to from XDP. */
  VIA_STACK(2),

  /** XDP_TX gets stuck on the device: frames are redirected to it even if they came from there. */
  REDIRECT(4);

  private final int value;

  NextHopFlag(int value) {
    this.value = value;
  }

  @Override
  public int value() {
    return value;
  }
}
