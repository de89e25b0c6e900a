// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Family;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How a frame has to look that arrives behind a director: what {@code struct arrival} of live.bpf.c holds.
 *
 * @param mac of the far end that it is addressed to
 * @param offset of an address's last word, from the start of the frame
 * @param address whose last word is to be there
 */
record Arrival(byte[] mac, int offset, byte[] address) {
  static final int BYTES = 16;
  private static final int WORD = 4;

  /** Addressed to this address. */
  static Arrival to(byte[] mac, byte[] address) {
    return new Arrival(mac, Frames.ETHERNET + (address.length == 4 ? 16 : 24 + 12), address);
  }

  /** Sent from this address. */
  static Arrival from(byte[] mac, byte[] address) {
    return new Arrival(mac, Frames.ETHERNET + (address.length == 4 ? 12 : 8 + 12), address);
  }

  /** What the method makes of a packet: the far end behind the director, and the address that it has written there. */
  static Arrival of(Mode mode, Plan plan) {
    if (mode.reply) {
      return from(LiveBed.CLIENT_MAC, plan.vip());
    }
    return to(LiveBed.SERVER_MAC, mode.method == io.xlvs.bpf.Method.DR ? plan.vip() : plan.server());
  }

  /** A packet as it was sent. */
  static Arrival untouched(Plan plan, Shape shape) {
    int end = plan.family() == Family.IPV4 ? 4 : 16;
    int at = to(LiveBed.DIRECTOR_MAC, new byte[end]).offset;
    byte[] word = new byte[WORD];
    ByteBuffer.wrap(shape.frame()).get(at, word);
    return new Arrival(LiveBed.DIRECTOR_MAC, at, word);
  }

  /** The same with so many bytes in front of the packet. */
  Arrival behind(int bytes) {
    return new Arrival(mac, offset + bytes, address);
  }

  ByteBuffer bytes() {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.nativeOrder());
    bytes.put(mac, mac.length - WORD, WORD).putInt(offset).put(address, address.length - WORD, WORD);
    return bytes.rewind();
  }
}
