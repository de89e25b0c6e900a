// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import java.util.Locale;

/** Encapsulations of TUN; the mask is {@code enum realserver_tunnel} of realserver.h. */
enum Tunnel {
  IPIP(1, 0),
  /** 4 bytes, and 4 more when the director adds GRE's checksum. */
  GRE(2, 8),
  /** UDP 8 bytes, GUE 4. */
  GUE(4, 12);

  private final int mask;
  private final int overheadBytes;

  Tunnel(int mask, int overheadBytes) {
    this.mask = mask;
    this.overheadBytes = overheadBytes;
  }

  /** The bit in the BPF variable {@code tunnels}. */
  int mask() {
    return mask;
  }

  /** Bytes between the outer IP header and the inner packet, at most. */
  int overheadBytes() {
    return overheadBytes;
  }

  /** The word on the command line, as ipvsadm's --tun-type has it. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
