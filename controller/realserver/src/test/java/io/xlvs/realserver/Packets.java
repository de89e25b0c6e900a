// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Packets made byte by byte, for comparison with what the programs make of them. */
final class Packets {
  private static final int ETHERNET = 14;

  private Packets() {}

  /** An IP packet of the family of its addresses. */
  static byte[] ip(String source, String destination, int tos, int protocol, byte[] payload) {
    byte[] from = Literals.address("source", source).getAddress();
    byte[] to = Literals.address("destination", destination).getAddress();
    if (from.length == 4) {
      ByteBuffer ip = ByteBuffer.allocate(20 + payload.length);
      ip.put((byte) 0x45).put((byte) tos).putShort((short) (20 + payload.length)).putInt(0x12340000);
      ip.put((byte) 64).put((byte) protocol).putShort((short) 0).put(from).put(to).put(payload);
      return checksummed(ip.array(), 0);
    }
    ByteBuffer ip = ByteBuffer.allocate(40 + payload.length);
    ip.putInt(6 << 28 | tos << 20 | 0xabcde).putShort((short) payload.length);
    return ip.put((byte) protocol).put((byte) 64).put(from).put(to).put(payload).array();
  }

  private static byte[] checksummed(byte[] bytes, int at) {
    ByteBuffer ip = ByteBuffer.wrap(bytes);
    ip.putShort(at + 10, (short) 0);
    int sum = 0;
    for (int i = 0; i < (bytes[at] & 15) * 4; i += 2) {
      sum += ip.getShort(at + i) & 0xffff;
    }
    sum = (sum & 0xffff) + (sum >> 16);
    ip.putShort(at + 10, (short) ~((sum & 0xffff) + (sum >> 16)));
    return bytes;
  }

  /** The frame with the checksum of its IPv4 header made right again. */
  static byte[] withHeaderChecksum(byte[] frame) {
    return checksummed(frame, ETHERNET);
  }

  /** An Ethernet frame to the device of a test run, which has the address zero. */
  static byte[] frame(byte[] ip) {
    return frame(ip, new byte[ETHERNET]);
  }

  /** As {@link #frame(byte[])}, with the MAC addresses of another frame. */
  static byte[] frame(byte[] ip, byte[] addresses) {
    ByteBuffer frame = ByteBuffer.allocate(ETHERNET + ip.length);
    frame.put(addresses, 0, 12).putShort((short) (ip[0] >> 4 == 6 ? 0x86dd : 0x0800)).put(ip);
    return frame.array();
  }

  static byte[] join(int[] header, byte[] rest) {
    ByteBuffer joined = ByteBuffer.allocate(header.length + rest.length);
    for (int b : header) {
      joined.put((byte) b);
    }
    return joined.put(rest).array();
  }

  /** The frame with ECN zero, and with it the header checksum that depends on it. */
  static byte[] withoutEcn(byte[] frame) {
    byte[] copy = Arrays.copyOf(frame, frame.length);
    if (copy[ETHERNET] >> 4 == 6) {
      copy[ETHERNET + 1] &= (byte) 0xcf;
    } else {
      copy[ETHERNET + 1] &= (byte) 0xfc;
      copy[ETHERNET + 10] = 0;
      copy[ETHERNET + 11] = 0;
    }
    return copy;
  }
}
