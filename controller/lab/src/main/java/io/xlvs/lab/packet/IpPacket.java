// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.packet;

import java.util.Arrays;

/**
 * An IP packet taken apart as far as its transport header.
 *
 * @param source in network byte order, as destination
 * @param protocol of the payload, behind IPv6's extension headers
 * @param ttl or hop limit
 * @param tos or traffic class
 * @param id of its datagram, for fragments
 * @param offset of this fragment in its datagram, in bytes
 * @param payload the bytes that are there
 * @param length of the payload by the header: more than there is, if the packet is cut as in ICMP errors
 * @param intact whether IPv4's header checksum is right
 */
public record IpPacket(byte[] source, byte[] destination, int protocol, int ttl, int tos, boolean dontFragment, boolean moreFragments, int id,
    int offset, byte[] payload, int length, boolean intact) {
  private static final int V4_HEADER = 20;
  private static final int V6_HEADER = 40;
  private static final int FRAGMENT_HEADER = 8;

  /** Takes one apart; null if it is none. */
  static IpPacket parse(byte[] bytes) {
    if (bytes.length >= V4_HEADER && bytes[0] >> 4 == 4) {
      return parseV4(bytes);
    }
    return bytes.length >= V6_HEADER && bytes[0] >> 4 == 6 ? parseV6(bytes) : null;
  }

  private static IpPacket parseV4(byte[] bytes) {
    int header = (bytes[0] & 0xf) * 4;
    int total = Octets.u16(bytes, 2);
    if (header < V4_HEADER || total < header || bytes.length < header) {
      return null;
    }
    int fragment = Octets.u16(bytes, 6);
    return new IpPacket(Arrays.copyOfRange(bytes, 12, 16), Arrays.copyOfRange(bytes, 16, 20), Octets.u8(bytes, 9), Octets.u8(bytes, 8),
        Octets.u8(bytes, 1), (fragment & 0x4000) != 0, (fragment & 0x2000) != 0, Octets.u16(bytes, 4), (fragment & 0x1fff) * 8,
        Arrays.copyOfRange(bytes, header, Math.min(bytes.length, total)), total - header, Octets.sum(Arrays.copyOf(bytes, header)) == 0xffff);
  }

  private static IpPacket parseV6(byte[] bytes) {
    int header = V6_HEADER;
    int total = header + Octets.u16(bytes, 4);
    int protocol = Octets.u8(bytes, 6);
    int fragment = 0;
    int id = 0;
    if (protocol == Protocol.FRAGMENT && bytes.length >= header + FRAGMENT_HEADER) {
      protocol = Octets.u8(bytes, header);
      fragment = Octets.u16(bytes, header + 2);
      id = Octets.u32(bytes, header + 4);
      header += FRAGMENT_HEADER;
    }
    if (total < header) {
      return null;
    }
    return new IpPacket(Arrays.copyOfRange(bytes, 8, 24), Arrays.copyOfRange(bytes, 24, 40), protocol, Octets.u8(bytes, 7),
        Octets.u16(bytes, 0) >> 4 & 0xff, false, (fragment & 1) != 0, id, fragment & 0xfff8,
        Arrays.copyOfRange(bytes, header, Math.min(bytes.length, total)), total - header, true);
  }

  boolean isFragment() {
    return moreFragments || offset != 0;
  }

  boolean isV4() {
    return source.length == 4;
  }

  boolean isCut() {
    return payload.length < length;
  }

  /** Whether this is a packet in a packet of IP, with nothing between them. */
  boolean isTunnel() {
    return protocol == Protocol.IPIP || protocol == Protocol.IPV6;
  }

  /** Whether TCP's, UDP's or ICMP's checksum is right; a whole packet's, as nothing else has one. */
  boolean transportIntact() {
    if (protocol == Protocol.UDP && isV4() && Octets.u16(payload, 6) == 0) {
      return true; // IPv4's UDP may go without
    }
    byte[] pseudo = protocol == Protocol.ICMP ? new byte[0] : Octets.pseudoHeader(source, destination, protocol, payload.length);
    return Octets.sum(pseudo, payload) == 0xffff;
  }

  /** The same with another payload, whole. */
  IpPacket whole(byte[] reassembled) {
    return new IpPacket(source, destination, protocol, ttl, tos, dontFragment, false, id, 0, reassembled, reassembled.length, intact);
  }
}
