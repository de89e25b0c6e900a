// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import java.net.InetAddress;

/** What an IP packet can carry. Lengths and checksums are filled in by {@link #encode}. */
interface Layer {

  /** Number for the IP header's protocol or next-header field. */
  int protocol();

  /** The bytes, between these two addresses (they are part of TCP's, UDP's and ICMPv6's checksum). */
  byte[] encode(InetAddress source, InetAddress destination);

  /** Bytes as they are, under any protocol number. */
  static Layer raw(int protocol, byte[] bytes) {
    return new Layer() {
      @Override
      public int protocol() {
        return protocol;
      }

      @Override
      public byte[] encode(InetAddress source, InetAddress destination) {
        return bytes.clone();
      }
    };
  }
}
