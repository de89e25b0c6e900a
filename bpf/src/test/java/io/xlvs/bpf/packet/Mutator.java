// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import java.util.Arrays;
import java.util.Random;

/** Damages packets the way lines, broken senders and attackers do. */
final class Mutator {
  /** The kernel's test-run takes no shorter frame. */
  static final int SHORTEST = 14;

  private static final int HEADERS = 160;

  private final Random random;

  Mutator(Random random) {
    this.random = random;
  }

  /** A damaged copy, at least {@link #SHORTEST} bytes long. */
  byte[] mutate(byte[] frame) {
    return switch (random.nextInt(8)) {
      case 0 -> Arrays.copyOf(frame, SHORTEST + random.nextInt(frame.length - SHORTEST));
      case 1 -> flipBits(frame.clone(), 1);
      case 2 -> flipBits(frame.clone(), 1 + random.nextInt(8));
      case 3 -> setByte(frame.clone());
      case 4 -> wrongLength(frame.clone());
      case 5 -> extensionChain(frame);
      case 6 -> insertOrRemove(frame);
      default -> wrongTransport(frame.clone());
    };
  }

  private int place(byte[] frame) {
    return random.nextInt(Math.min(frame.length, HEADERS));
  }

  private byte[] flipBits(byte[] frame, int count) {
    for (int n = 0; n < count; n++) {
      frame[place(frame)] ^= (byte) (1 << random.nextInt(8));
    }
    return frame;
  }

  private byte[] setByte(byte[] frame) {
    int[] telling = {0, 1, 4, 5, 6, 15, 44, 58, 60, 64, 127, 128, 254, 255};
    frame[12 + random.nextInt(Math.min(frame.length, HEADERS) - 12)] =
        (byte) telling[random.nextInt(telling.length)];
    return frame;
  }

  /** Offset of the IP header; frames of this test always have one. */
  private static int ipAt(byte[] frame) {
    try {
      return Headers.etherEnd(frame);
    } catch (MalformedPacketException e) {
      throw new IllegalArgumentException("not a valid frame to start from: " + Bytes.hex(frame), e);
    }
  }

  private byte[] wrongLength(byte[] frame) {
    int ip = ipAt(frame);
    boolean v4 = frame[ip] >> 4 == 4;
    int field = ip + (v4 ? 2 : 4);
    int old = Bytes.u16(frame, field);
    int wrong = switch (random.nextInt(4)) {
      case 0 -> random.nextInt(65536);
      case 1 -> old + random.nextInt(9) - 4;
      case 2 -> random.nextInt(80);
      default -> old - random.nextInt(old + 1);
    };
    Bytes.put16(frame, field, wrong);
    return v4 && random.nextBoolean() ? withHeaderChecksum(frame, ip) : frame;
  }

  /** So that what is wrong is not hidden behind a wrong checksum. */
  private static byte[] withHeaderChecksum(byte[] frame, int ip) {
    int end = ip + (frame[ip] & 15) * 4;
    if (end <= frame.length && end >= ip + 20) {
      Bytes.put16(frame, ip + 10, 0);
      Bytes.put16(frame, ip + 10, Checksum.complement(Checksum.sum(frame, ip, end)));
    }
    return frame;
  }

  /** Data offset, UDP length, option lengths, ICMP type, quoted header. */
  private byte[] wrongTransport(byte[] frame) {
    int ip = ipAt(frame);
    int transport = ip + (frame[ip] >> 4 == 4 ? (frame[ip] & 15) * 4 : 40);
    int reach = Math.min(70, frame.length - transport);
    if (reach <= 0) {
      return setByte(frame);
    }
    frame[transport + random.nextInt(reach)] = (byte) random.nextInt(256);
    if (random.nextBoolean()) {
      frame[transport + Math.min(12, reach - 1)] = (byte) random.nextInt(256);
    }
    return frame;
  }

  /** A chain of extension headers: long, endless, or with lengths beyond the packet. */
  private byte[] extensionChain(byte[] frame) {
    int ip = ipAt(frame);
    if (frame[ip] >> 4 != 6) {
      frame[ip] = (byte) (0x40 | random.nextInt(16));
      return frame.clone();
    }
    int[] numbers = {Protocol.HOP_BY_HOP, Protocol.ROUTING, Protocol.FRAGMENT, Protocol.DESTINATION};
    int count = 1 + random.nextInt(20);
    byte[] chain = new byte[8 * count];
    int next = frame[ip + 6];
    for (int n = count - 1; n >= 0; n--) {
      chain[8 * n] = (byte) next;
      chain[8 * n + 1] = (byte) (random.nextInt(12) == 0 ? random.nextInt(256) : 0);
      next = numbers[random.nextInt(numbers.length)];
      if (next == Protocol.FRAGMENT && random.nextBoolean()) {
        Bytes.put16(chain, 8 * n + 2, random.nextInt(4) * 8 + random.nextInt(2));
      }
    }
    byte[] longer = Bytes.concat(Bytes.slice(frame, 0, ip + 40), chain, Bytes.slice(frame, ip + 40, frame.length));
    longer[ip + 6] = (byte) next;
    if (random.nextInt(4) > 0) {
      Bytes.put16(longer, ip + 4, Bytes.u16(frame, ip + 4) + chain.length);
    }
    return longer;
  }

  private byte[] insertOrRemove(byte[] frame) {
    int at = SHORTEST + random.nextInt(Math.min(frame.length, HEADERS) - SHORTEST);
    int count = 1 + random.nextInt(8);
    if (random.nextBoolean()) {
      byte[] junk = new byte[count];
      random.nextBytes(junk);
      return Bytes.concat(Bytes.slice(frame, 0, at), junk, Bytes.slice(frame, at, frame.length));
    }
    return Bytes.concat(
        Bytes.slice(frame, 0, at), Bytes.slice(frame, Math.min(at + count, frame.length), frame.length));
  }
}
