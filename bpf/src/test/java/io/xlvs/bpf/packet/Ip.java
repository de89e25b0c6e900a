// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An IPv4 or IPv6 packet; which one, its addresses say. Inside another one it is an IP-in-IP payload.
 * {@link #encode()} fills lengths and checksums.
 */
final class Ip implements Layer {
  private final InetAddress source;
  private final InetAddress destination;
  private final Layer payload;
  private int trafficClass;
  private int timeToLive = 64;
  private int identification = 0x1234;
  private boolean dontFragment = true;
  private int flowLabel;
  private byte[] options = new byte[0];
  private final List<byte[]> extensions = new ArrayList<>();
  private final List<Integer> extensionNumbers = new ArrayList<>();

  Ip(InetAddress source, InetAddress destination, Layer payload) {
    if (source.getClass() != destination.getClass()) {
      throw new IllegalArgumentException(source + " and " + destination + " are of two families");
    }
    this.source = source;
    this.destination = destination;
    this.payload = payload;
  }

  int version() {
    return source instanceof Inet4Address ? 4 : 6;
  }

  /** IPv4's type of service, IPv6's traffic class: DSCP in the upper six bits, ECN in the lower two. */
  Ip trafficClass(int value) {
    trafficClass = value;
    return this;
  }

  /** IPv4's time to live, IPv6's hop limit. */
  Ip timeToLive(int value) {
    timeToLive = value;
    return this;
  }

  Ip identification(int value, boolean newDontFragment) {
    identification = value;
    dontFragment = newDontFragment;
    return this;
  }

  Ip flowLabel(int value) {
    flowLabel = value;
    return this;
  }

  /** IPv4 options, filled up with end-of-list bytes to a multiple of four. */
  Ip options(byte[]... list) {
    byte[] joined = Bytes.concat(list);
    options = Arrays.copyOf(joined, (joined.length + 3) / 4 * 4);
    return this;
  }

  /**
   * An IPv6 extension header behind those added before.
   *
   * @param body what follows the next-header and length bytes: 6 bytes, or 8 more each step
   */
  Ip extension(int number, byte[] body) {
    if (body.length % 8 != 6) {
      throw new IllegalArgumentException("an extension header's body has 6 + 8n bytes, not " + body.length);
    }
    byte[] header = Bytes.concat(new byte[2], body);
    header[1] = (byte) (number == Protocol.FRAGMENT ? 0 : header.length / 8 - 1);
    extensions.add(header);
    extensionNumbers.add(number);
    return this;
  }

  @Override
  public int protocol() {
    return version() == 4 ? Protocol.IPIP : Protocol.IPV6;
  }

  @Override
  public byte[] encode(InetAddress outerSource, InetAddress outerDestination) {
    return encode();
  }

  byte[] encode() {
    byte[] carried = payload.encode(source, destination);
    return version() == 4 ? encode4(carried) : encode6(carried);
  }

  private byte[] encode4(byte[] carried) {
    byte[] header = new byte[20 + options.length];
    Bytes.put8(header, 0, 0x40 | header.length / 4);
    Bytes.put8(header, 1, trafficClass);
    Bytes.put16(header, 2, header.length + carried.length);
    Bytes.put16(header, 4, identification);
    Bytes.put16(header, 6, dontFragment ? 0x4000 : 0);
    Bytes.put8(header, 8, timeToLive);
    Bytes.put8(header, 9, payload.protocol());
    Bytes.put(header, 12, source.getAddress());
    Bytes.put(header, 16, destination.getAddress());
    Bytes.put(header, 20, options);
    Bytes.put16(header, 10, Checksum.complement(Checksum.sum(header, 0, header.length)));
    return Bytes.concat(header, carried);
  }

  private byte[] encode6(byte[] carried) {
    byte[] chain = new byte[0];
    int next = payload.protocol();
    for (int n = extensions.size() - 1; n >= 0; n--) {
      byte[] extension = extensions.get(n).clone();
      extension[0] = (byte) next;
      chain = Bytes.concat(extension, chain);
      next = extensionNumbers.get(n);
    }
    byte[] header = new byte[40];
    Bytes.put32(header, 0, 6L << 28 | (long) trafficClass << 20 | flowLabel);
    Bytes.put16(header, 4, chain.length + carried.length);
    Bytes.put8(header, 6, next);
    Bytes.put8(header, 7, timeToLive);
    Bytes.put(header, 8, source.getAddress());
    Bytes.put(header, 24, destination.getAddress());
    return Bytes.concat(header, chain, carried);
  }

  /**
   * Cuts an encoded packet into fragments (RFC 791, RFC 8200), in order.
   *
   * @param size payload bytes of each but the last, a multiple of eight
   * @param identification of the datagram; IPv4 uses the lower 16 bits
   */
  static List<byte[]> fragments(byte[] packet, int size, long identification) {
    if (size % 8 != 0) {
      throw new IllegalArgumentException("fragments hold multiples of 8 bytes, not " + size);
    }
    boolean v4 = Bytes.u8(packet, 0) >> 4 == 4;
    int header = v4 ? (Bytes.u8(packet, 0) & 15) * 4 : 40;
    List<byte[]> pieces = new ArrayList<>();
    for (int at = header; at < packet.length; at += size) {
      int end = Math.min(at + size, packet.length);
      boolean more = end < packet.length;
      byte[] piece = Bytes.slice(packet, at, end);
      byte[] start = Bytes.slice(packet, 0, header);
      pieces.add(v4 ? fragment4(start, piece, at - header, more, identification)
          : fragment6(start, piece, at - header, more, identification));
    }
    return pieces;
  }

  private static byte[] fragment4(byte[] header, byte[] piece, int offset, boolean more, long identification) {
    Bytes.put16(header, 2, header.length + piece.length);
    Bytes.put16(header, 4, (int) identification);
    Bytes.put16(header, 6, (more ? 0x2000 : 0) | offset / 8);
    Bytes.put16(header, 10, 0);
    Bytes.put16(header, 10, Checksum.complement(Checksum.sum(header, 0, header.length)));
    return Bytes.concat(header, piece);
  }

  private static byte[] fragment6(byte[] header, byte[] piece, int offset, boolean more, long identification) {
    byte[] extension = new byte[8];
    extension[0] = header[6];
    Bytes.put16(extension, 2, offset | (more ? 1 : 0));
    Bytes.put32(extension, 4, identification);
    header[6] = Protocol.FRAGMENT;
    Bytes.put16(header, 4, extension.length + piece.length);
    return Bytes.concat(header, extension, piece);
  }
}
