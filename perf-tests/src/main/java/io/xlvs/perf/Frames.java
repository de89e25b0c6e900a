// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.nio.ByteBuffer;

/** Well-formed frames, of 128 bytes unless another length is asked for. */
final class Frames {
  static final int ETHERNET = 14;
  static final int SYN = 2;
  static final int ACK = 16;
  static final int LENGTH = 128;
  private static final byte[] MACS = {2, 0, 0, 0, 1, 1, 2, 0, 0, 0, 1, (byte) 0xfe};

  private Frames() {}

  /** A frame between two addresses of one family; {@code flags} counts for TCP only. */
  static byte[] build(Transport transport, int flags, byte[] source, int sport, byte[] destination, int dport) {
    return build(transport, flags, 1, source, sport, destination, dport);
  }

  /** As above; TCP's sequence and acknowledgement numbers are {@code sequence} and 1. */
  static byte[] build(Transport transport, int flags, int sequence, byte[] source, int sport, byte[] destination, int dport) {
    return build(transport, flags, sequence, source, sport, destination, dport, LENGTH);
  }

  /** As above, of so many bytes, an even number; headers have to fit. */
  static byte[] build(
      Transport transport, int flags, int sequence, byte[] source, int sport, byte[] destination, int dport, int length) {
    ByteBuffer frame = ByteBuffer.allocate(length);
    boolean v4 = source.length == 4;
    frame.put(MACS).putShort((short) (v4 ? 0x0800 : 0x86dd));
    int l4 = ETHERNET + (v4 ? 20 : 40);
    if (v4) {
      frame.putInt(0x45000000 | length - ETHERNET).putInt(0x00014000).put((byte) 64).put((byte) transport.number).putShort((short) 0);
    } else {
      frame.putInt(0x60000000).putShort((short) (length - l4)).put((byte) transport.number).put((byte) 64);
    }
    frame.put(source).put(destination);
    frame.putShort((short) sport).putShort((short) dport);
    if (transport == Transport.TCP) {
      frame.putInt(sequence).putInt(1).put((byte) 0x50).put((byte) flags).putShort((short) 0xffff).putInt(0);
    } else {
      frame.putShort((short) (length - l4)).putShort((short) 0);
    }
    int checksumAt = l4 + (transport == Transport.TCP ? 16 : 6);
    long pseudo = sum(source, 0, source.length) + sum(destination, 0, destination.length) + transport.number + length - l4;
    frame.putShort(checksumAt, checksum(pseudo + sum(frame.array(), l4, length)));
    if (v4) {
      frame.putShort(ETHERNET + 10, checksum(sum(frame.array(), ETHERNET, l4)));
    }
    return frame.array();
  }

  private static long sum(byte[] bytes, int from, int to) {
    long sum = 0;
    for (int i = from; i < to; i += 2) {
      sum += Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort(i));
    }
    return sum;
  }

  /** RFC 1071; never 0, which to UDP would mean that there is none. */
  private static short checksum(long sum) {
    long folded = sum;
    while (folded > 0xffff) {
      folded = (folded & 0xffff) + (folded >>> 16);
    }
    return (short) (folded == 0xffff ? 0xffff : ~folded);
  }
}
