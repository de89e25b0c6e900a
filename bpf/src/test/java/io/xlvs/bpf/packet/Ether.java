// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import java.util.Arrays;

/**
 * An Ethernet frame's header.
 *
 * @param tags VLAN tag control words from the outside in; of two, the outer one is an 802.1ad service tag
 */
record Ether(byte[] destination, byte[] source, int... tags) {

  static final int SHORTEST_FRAME = 60;

  /** The frame around an encoded IP packet. */
  byte[] wrap(byte[] ip) {
    byte[] header = new byte[14 + 4 * tags.length];
    Bytes.put(header, 0, destination);
    Bytes.put(header, 6, source);
    int at = 12;
    for (int n = 0; n < tags.length; n++) {
      boolean outerOfTwo = n + 1 < tags.length;
      Bytes.put16(header, at, outerOfTwo ? Protocol.ETHERTYPE_QINQ : Protocol.ETHERTYPE_VLAN);
      Bytes.put16(header, at + 2, tags[n]);
      at += 4;
    }
    boolean v4 = ip.length == 0 || Bytes.u8(ip, 0) >> 4 != 6;
    Bytes.put16(header, at, v4 ? Protocol.ETHERTYPE_IPV4 : Protocol.ETHERTYPE_IPV6);
    return Bytes.concat(header, ip);
  }

  byte[] wrap(Ip ip) {
    return wrap(ip.encode());
  }

  /** As a wire delivers it: zeros up to the shortest frame. */
  static byte[] padded(byte[] frame) {
    return frame.length >= SHORTEST_FRAME ? frame : Arrays.copyOf(frame, SHORTEST_FRAME);
  }
}
