// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import java.net.InetAddress;
import java.util.zip.CRC32C;

/** An SCTP packet (RFC 9260): the common header and chunks. */
final class Sctp implements Layer {
  static final int DATA = 0;
  static final int INIT = 1;
  static final int INIT_ACK = 2;
  static final int SACK = 3;
  static final int HEARTBEAT = 4;
  static final int ABORT = 6;
  static final int SHUTDOWN = 7;
  static final int SHUTDOWN_ACK = 8;
  static final int ERROR = 9;
  static final int COOKIE_ECHO = 10;
  static final int COOKIE_ACK = 11;
  static final int SHUTDOWN_COMPLETE = 14;

  /** Verification tags: what each side wants to see in packets to it. */
  static final int CLIENT_TAG = 0x1234abcd;
  static final int SERVER_TAG = 0x77aa5501;

  private static final int HEADER = 12;
  private static final int CHECKSUM = 8;

  private byte[] packet;

  Sctp(int sourcePort, int destinationPort, int tag) {
    packet = new byte[HEADER];
    Bytes.put16(packet, 0, sourcePort);
    Bytes.put16(packet, 2, destinationPort);
    Bytes.put32(packet, 4, tag & 0xffffffffL);
  }

  /** Appends a chunk of these 32-bit words. */
  Sctp chunk(int type, int... value) {
    byte[] body = new byte[4 * value.length];
    for (int n = 0; n < value.length; n++) {
      Bytes.put32(body, 4 * n, value[n] & 0xffffffffL);
    }
    return chunk(type, body);
  }

  /** Appends a chunk; its padding up to a multiple of four bytes is left out. */
  Sctp chunk(int type, byte[] value) {
    byte[] head = new byte[4];
    Bytes.put8(head, 0, type);
    Bytes.put16(head, 2, head.length + value.length);
    packet = Bytes.concat(packet, head, value);
    return this;
  }

  static boolean isInit(Headers headers) {
    return headers.protocol() == Protocol.SCTP && headers.fragmentOffset() == 0 && headers.chunkType() == INIT;
  }

  @Override
  public int protocol() {
    return Protocol.SCTP;
  }

  @Override
  public byte[] encode(InetAddress source, InetAddress destination) {
    byte[] encoded = packet.clone();
    putChecksum(encoded, 0, encoded.length, 0);
    return encoded;
  }

  /** The field's bits that are not as they should be. */
  static int damage(byte[] bytes, int at, int end) {
    return (int) Bytes.u32(bytes, at + CHECKSUM) ^ checksum(bytes, at, end);
  }

  /** Fills the checksum in, with these bits of it wrong. */
  static void putChecksum(byte[] bytes, int at, int end, int damage) {
    Bytes.put32(bytes, at + CHECKSUM, (checksum(bytes, at, end) ^ damage) & 0xffffffffL);
  }

  /** As a number in network order: the CRC goes least significant byte first (RFC 9260, appendix A). */
  private static int checksum(byte[] bytes, int at, int end) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, at, CHECKSUM);
    crc.update(new byte[4]);
    crc.update(bytes, at + HEADER, end - at - HEADER);
    return Integer.reverseBytes((int) crc.getValue());
  }
}
