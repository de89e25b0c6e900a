// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import java.net.InetAddress;

/**
 * Where the headers of a packet lie. Offsets count from the start of {@code bytes}; the packet's end is
 * where IP's length says, so padding behind it is not part of the packet.
 *
 * @param bytes          what was parsed, not copied
 * @param ip             offset of the IP header
 * @param version        4 or 6
 * @param ipEnd          end of the packet by its own length field; in a quoted packet it may lie behind the bytes
 * @param transport      offset of the header behind IP and its extension headers
 * @param protocol       number of that header
 * @param fragmentOffset in bytes
 * @param moreFragments  whether fragments follow
 * @param fragmentId     identification of the datagram; 0 if it is whole and IPv6
 */
record Headers(byte[] bytes, int ip, int version, int ipEnd, int transport, int protocol, int fragmentOffset,
       boolean moreFragments, long fragmentId) {

  private static final int LONGEST_CHAIN = 32;

  /** Parses a frame that must be consistent throughout, transport header included. */
  static Headers ofFrame(byte[] frame) throws MalformedPacketException {
    int at = etherEnd(frame);
    Headers headers = parse(frame, at, false);
    headers.checkTransport();
    return headers;
  }

  /** Parses an IP packet that lies at the start of the array. */
  static Headers ofIp(byte[] packet) throws MalformedPacketException {
    Headers headers = parse(packet, 0, false);
    headers.checkTransport();
    return headers;
  }

  /**
   * Parses the packet quoted by an ICMP error: its IP header must be whole, the rest may be cut. Its total length is not
   * judged: senders quote what their segmentation offload left there, zero among others.
   */
  static Headers ofQuoted(byte[] bytes, int offset) throws MalformedPacketException {
    return parse(bytes, offset, true);
  }

  /** Offset of the IP header: behind Ethernet and its VLAN tags. */
  static int etherEnd(byte[] frame) throws MalformedPacketException {
    int at = 12;
    while (true) {
      require(at + 2 <= frame.length, "Ethernet header cut");
      int type = Bytes.u16(frame, at);
      if (type != Protocol.ETHERTYPE_VLAN && type != Protocol.ETHERTYPE_QINQ) {
        require(type == Protocol.ETHERTYPE_IPV4 || type == Protocol.ETHERTYPE_IPV6, "not IP");
        return at + 2;
      }
      at += 4;
    }
  }

  private static Headers parse(byte[] bytes, int at, boolean quoted) throws MalformedPacketException {
    require(at < bytes.length, "no IP header");
    int version = Bytes.u8(bytes, at) >> 4;
    require(version == 4 || version == 6, "IP version " + version);
    return version == 4 ? parse4(bytes, at, quoted) : parse6(bytes, at, quoted);
  }

  private static Headers parse4(byte[] bytes, int at, boolean quoted) throws MalformedPacketException {
    require(at + 20 <= bytes.length, "IPv4 header cut");
    int header = (Bytes.u8(bytes, at) & 15) * 4;
    int total = Bytes.u16(bytes, at + 2);
    require(header >= 20, "IHL of " + header + " bytes");
    require(quoted || total >= header, "total length " + total + " below the header's " + header);
    require(at + header <= bytes.length, "IPv4 options cut");
    require(quoted || at + total <= bytes.length, "total length " + total + " beyond the frame");
    int fragment = Bytes.u16(bytes, at + 6);
    return new Headers(bytes, at, 4, at + total, at + header, Bytes.u8(bytes, at + 9),
        (fragment & 0x1fff) * 8, (fragment & 0x2000) != 0, Bytes.u16(bytes, at + 4));
  }

  private static Headers parse6(byte[] bytes, int at, boolean quoted) throws MalformedPacketException {
    require(at + 40 <= bytes.length, "IPv6 header cut");
    int end = at + 40 + Bytes.u16(bytes, at + 4);
    int limit = quoted ? bytes.length : Math.min(end, bytes.length);
    require(quoted || end <= bytes.length, "payload length beyond the frame");
    int next = Bytes.u8(bytes, at + 6);
    int here = at + 40;
    int offset = 0;
    boolean more = false;
    long id = 0;
    for (int count = 0; Protocol.isExtensionHeader(next) && offset == 0; count++) {
      require(count < LONGEST_CHAIN, "chain of extension headers too long");
      require(here + 8 <= limit, "extension header cut");
      int length = next == Protocol.FRAGMENT ? 8 : 8 + 8 * Bytes.u8(bytes, here + 1);
      require(here + length <= limit, "extension header cut");
      if (next == Protocol.FRAGMENT) {
        offset = Bytes.u16(bytes, here + 2) & 0xfff8;
        // A second fragment header makes no whole packet of a fragment.
        more |= (Bytes.u16(bytes, here + 2) & 1) != 0;
        id = Bytes.u32(bytes, here + 4);
      }
      next = Bytes.u8(bytes, here);
      here += length;
    }
    return new Headers(bytes, at, 6, end, here, next, offset, more, id);
  }

  private void checkTransport() throws MalformedPacketException {
    if (fragmentOffset > 0) {
      return;
    }
    int length = ipEnd - transport;
    if (protocol == Protocol.TCP) {
      require(length >= 20, "TCP header cut");
      require(tcpHeaderLength() >= 20, "TCP data offset of " + tcpHeaderLength() + " bytes");
      require(tcpHeaderLength() <= length, "TCP options cut");
    } else if (protocol == Protocol.UDP) {
      require(length >= 8, "UDP header cut");
      int udp = Bytes.u16(bytes, transport + 4);
      require(udp >= 8, "UDP length " + udp);
      require(moreFragments || udp <= length, "UDP length " + udp + " beyond IP's " + length);
    } else if (protocol == Protocol.SCTP) {
      require(length >= 16, "SCTP header or its first chunk cut");
    } else if (protocol == Protocol.ICMP || protocol == Protocol.ICMPV6) {
      require(length >= 8, "ICMP header cut");
    }
  }

  private static void require(boolean condition, String message) throws MalformedPacketException {
    if (!condition) {
      throw new MalformedPacketException(message);
    }
  }

  InetAddress source() {
    return version == 4 ? Bytes.address(bytes, ip + 12, 4) : Bytes.address(bytes, ip + 8, 16);
  }

  InetAddress destination() {
    return version == 4 ? Bytes.address(bytes, ip + 16, 4) : Bytes.address(bytes, ip + 24, 16);
  }

  int timeToLive() {
    return Bytes.u8(bytes, ip + (version == 4 ? 8 : 7));
  }

  int trafficClass() {
    return version == 4 ? Bytes.u8(bytes, ip + 1) : Bytes.u16(bytes, ip) >> 4 & 0xff;
  }

  /** Whether routers must not cut it: always so in IPv6. */
  boolean dontFragment() {
    return version == 6 || (Bytes.u16(bytes, ip + 6) & 0x4000) != 0;
  }

  /** Whether a routing header still has it visit somewhere: its destination is not its last one (RFC 8200, 4.4). */
  boolean isSentOn() {
    int next = version == 6 ? Bytes.u8(bytes, ip + 6) : protocol;
    for (int here = ip + 40; Protocol.isExtensionHeader(next) && here < transport; ) {
      if (next == Protocol.ROUTING && Bytes.u8(bytes, here + 3) > 0) {
        return true;
      }
      int length = next == Protocol.FRAGMENT ? 8 : 8 + 8 * Bytes.u8(bytes, here + 1);
      next = Bytes.u8(bytes, here);
      here += length;
    }
    return false;
  }

  boolean isFragment() {
    return fragmentOffset > 0 || moreFragments;
  }

  int length() {
    return ipEnd - ip;
  }

  /** The packet's own bytes from its IP header on, without link header and padding. */
  byte[] packet() {
    return Bytes.slice(bytes, ip, ipEnd);
  }

  int sourcePort() {
    return Bytes.u16(bytes, transport);
  }

  int destinationPort() {
    return Bytes.u16(bytes, transport + 2);
  }

  int tcpHeaderLength() {
    return Bytes.u8(bytes, transport + 12) >> 4 << 2;
  }

  int tcpFlags() {
    return Bytes.u8(bytes, transport + 13) & 0x3f;
  }

  int tcpPayloadLength() {
    return ipEnd - transport - tcpHeaderLength();
  }

  /** Type of SCTP's first chunk. */
  int chunkType() {
    return Bytes.u8(bytes, transport + 12);
  }

  int icmpType() {
    return Bytes.u8(bytes, transport);
  }

  /** Offset of the transport's checksum field, or -1 if there is none (or it is not in this fragment). */
  int transportChecksum() {
    if (fragmentOffset > 0) {
      return -1;
    }
    return switch (protocol) {
      case Protocol.TCP -> transport + 16;
      case Protocol.UDP -> transport + 6;
      case Protocol.ICMP, Protocol.ICMPV6 -> transport + 2;
      default -> -1;
    };
  }

  /**
   * Sum over everything that the transport's checksum covers and that is here, the field itself included:
   * 0xffff if it is right. A forwarder must keep this sum, so that a damaged packet stays damaged.
   */
  int transportSum() {
    long sum = Checksum.sum(bytes, transport, transportEnd());
    if (protocol != Protocol.ICMP) {
      sum += Checksum.pseudoHeader(source().getAddress(), destination().getAddress(), protocol,
          transportEnd() - transport);
    }
    return Checksum.fold(sum);
  }

  /** UDP's own length rules what its checksum covers; data behind it does not belong to the datagram. */
  private int transportEnd() {
    if (protocol == Protocol.UDP) {
      return Math.min(ipEnd, transport + Bytes.u16(bytes, transport + 4));
    }
    return ipEnd;
  }

  /** Sum over the IPv4 header: 0xffff if its checksum is right. */
  int headerSum() {
    return Checksum.fold(Checksum.sum(bytes, ip, ip + (Bytes.u8(bytes, ip) & 15) * 4));
  }
}
