// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import java.net.InetAddress;

/**
 * An ICMP (RFC 792) or ICMPv6 (RFC 4443) message: type, code, four bytes that depend on the type, the rest.
 *
 * @param version 4 or 6
 * @param word    identifier and sequence number, MTU, or zero
 * @param body    echoed data, or the packet that the error is about
 */
record Icmp(int version, int type, int code, long word, byte[] body) implements Layer {

  static Icmp echoRequest(int version, int identifier, int sequence, byte[] data) {
    return new Icmp(version, version == 4 ? 8 : 128, 0, (long) identifier << 16 | sequence, data);
  }

  static Icmp portUnreachable(int version, byte[] quoted) {
    return version == 4 ? new Icmp(4, 3, 3, 0, quoted) : new Icmp(6, 1, 4, 0, quoted);
  }

  static Icmp tooBig(int version, int mtu, byte[] quoted) {
    return version == 4 ? new Icmp(4, 3, 4, mtu, quoted) : new Icmp(6, 2, 0, mtu, quoted);
  }

  static Icmp timeExceeded(int version, byte[] quoted) {
    return version == 4 ? new Icmp(4, 11, 0, 0, quoted) : new Icmp(6, 3, 0, 0, quoted);
  }

  @Override
  public int protocol() {
    return version == 4 ? Protocol.ICMP : Protocol.ICMPV6;
  }

  @Override
  public byte[] encode(InetAddress source, InetAddress destination) {
    byte[] message = Bytes.concat(new byte[8], body);
    Bytes.put8(message, 0, type);
    Bytes.put8(message, 1, code);
    Bytes.put32(message, 4, word);
    long sum = Checksum.sum(message, 0, message.length);
    if (version == 6) {
      sum += Checksum.pseudoHeader(source.getAddress(), destination.getAddress(), Protocol.ICMPV6,
          message.length);
    }
    Bytes.put16(message, 2, Checksum.complement(sum));
    return message;
  }
}
