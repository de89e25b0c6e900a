// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import java.net.InetAddress;

/**
 * Packets that the data plane itself sends back: ICMP errors and echo replies. Fields that the standards leave open (TTL,
 * identification, how much of the packet is quoted) are taken from what was seen, within their limits.
 */
final class Answers {
  /** RFC 1812, 4.3.2.3: an ICMP error is at most 576 bytes; RFC 4443, 2.4: the minimum IPv6 MTU. */
  private static final int LONGEST_ERROR4 = 576;

  private static final int LONGEST_ERROR6 = 1280;

  private Answers() {}

  /** An ICMP error about {@code sent}, from an address of ours back to its sender, the way it came. */
  static byte[] error(byte[] sent, Headers headers, InetAddress from, Icmp prototype, byte[] seen)
      throws MalformedPacketException {
    int link = headers.ip();
    int outer = headers.version() == 4 ? 20 : 40;
    int longest = headers.version() == 4 ? LONGEST_ERROR4 : LONGEST_ERROR6;
    int most = Math.min(headers.length(), longest - outer - 8);
    int least = Math.min(headers.length(), headers.transport() - headers.ip() + 8);
    int quoted = clamp(seen.length - link - outer - 8, least, most);
    byte[] quote = Bytes.slice(headers.packet(), 0, quoted);
    Icmp message = new Icmp(prototype.version(), prototype.type(), prototype.code(), prototype.word(), quote);
    return back(sent, headers, answer(headers, new Ip(from, headers.source(), message), seen).encode());
  }

  /**
   * The reply to an echo request: same identifier, number and data. What was damaged stays so. IP options and extension
   * headers may come back or not.
   */
  static byte[] echoReply(byte[] sent, Headers headers, byte[] seen) throws MalformedPacketException {
    byte[] turned = back(sent, headers, turnedRound(headers, seen));
    return Mismatch.begins(seen, turned) ? turned : back(sent, headers, freshReply(headers, seen));
  }

  /** The request itself with its ends exchanged, all headers kept; a code of 0 is due, its own is tolerated. */
  private static byte[] turnedRound(Headers headers, byte[] seen) throws MalformedPacketException {
    byte[] packet = headers.packet();
    int link = headers.ip();
    int transport = headers.transport() - link;
    int lifetime = headers.version() == 4 ? 8 : 7;
    if (link + packet.length <= seen.length) {
      packet[lifetime] = (byte) clamp(Bytes.u8(seen, link + lifetime), 32, 255);
      packet[transport + 1] = seen[link + transport + 1] == 0 ? 0 : packet[transport + 1];
    }
    packet[transport] = (byte) (headers.version() == 4 ? 0 : 129);
    Bytes.put(packet, headers.version() == 4 ? 12 : 8, headers.destination().getAddress());
    Bytes.put(packet, headers.version() == 4 ? 16 : 24, headers.source().getAddress());
    Bytes.put16(packet, transport + 2, 0);
    Bytes.put16(packet, transport + 2, Checksum.complement(Headers.ofIp(packet).transportSum()));
    if (headers.version() == 4) {
      Bytes.put16(packet, 10, 0);
      Bytes.put16(packet, 10, Checksum.complement(Headers.ofIp(packet).headerSum()));
    }
    return damaged(headers, packet);
  }

  private static byte[] freshReply(Headers headers, byte[] seen) throws MalformedPacketException {
    byte[] packet = headers.packet();
    int at = headers.transport() - headers.ip();
    byte[] data = Bytes.slice(packet, at + 8, packet.length);
    Icmp message = new Icmp(headers.version(), headers.version() == 4 ? 0 : 129, 0, Bytes.u32(packet, at + 4), data);
    Ip reply = answer(headers, new Ip(headers.destination(), headers.source(), message), seen);
    return damaged(headers, reply.encode());
  }

  private static byte[] damaged(Headers headers, byte[] reply) throws MalformedPacketException {
    return Edit.damage(reply, headers.version() == 4 ? headers.headerSum() : 0, headers.transportSum());
  }

  /** With the open fields as seen. */
  private static Ip answer(Headers headers, Ip ip, byte[] seen) throws MalformedPacketException {
    int link = headers.ip();
    if (seen.length >= link + (headers.version() == 4 ? 20 : 40)) {
      Headers chosen = Headers.ofQuoted(seen, link);
      ip.timeToLive(clamp(chosen.timeToLive(), 32, 255)).trafficClass(chosen.trafficClass());
      if (chosen.version() == 4) {
        ip.identification((int) chosen.fragmentId(), chosen.dontFragment());
      }
    }
    return ip;
  }

  /** Around it the link header as it came, the two ends exchanged. */
  private static byte[] back(byte[] sent, Headers headers, byte[] ip) {
    byte[] header = Bytes.slice(sent, 0, headers.ip());
    System.arraycopy(sent, 0, header, 6, 6);
    System.arraycopy(sent, 6, header, 0, 6);
    return Bytes.concat(header, ip);
  }

  private static int clamp(int value, int least, int most) {
    return Math.max(least, Math.min(value, most));
  }
}
