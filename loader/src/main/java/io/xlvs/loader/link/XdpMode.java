// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.link;

/** How an XDP program runs on an interface. */
public enum XdpMode {
  /** The driver's, or generic where the driver has none. The kernel does not say which it took: see {@link Xdp#query}. */
  ANY(0),
  /** XDP_FLAGS_SKB_MODE: in the stack, after the packet got its sk_buff. */
  GENERIC(1 << 1),
  /** XDP_FLAGS_DRV_MODE: in the driver; refused where the driver has none. */
  NATIVE(1 << 2);

  private final int flags;

  XdpMode(int flags) {
    this.flags = flags;
  }

  /** XDP_FLAGS_* bits. */
  public int flags() {
    return flags;
  }
}
