// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Family;
import java.nio.ByteBuffer;

/**
 * What one measurement sends: a frame, and where in it flows differ.
 *
 * @param frame of flow 0
 * @param flows how many there are, a power of two
 * @param address last word of flow 0's address, host order
 * @param addressOffset where that word lies, in bytes from the start of the frame
 * @param portOffset where the port lies
 */
record Shape(byte[] frame, int flows, int address, int addressOffset, int portOffset) {
  Shape {
    if (flows < 1 || Integer.bitCount(flows) != 1) {
      throw new IllegalArgumentException("flows is " + flows + ": must be a power of two");
    }
  }

  /** A client's packet to the service. */
  static Shape request(Plan plan, int flags, int flows) {
    return request(plan, flags, flows, Frames.LENGTH);
  }

  /** As above, of so many bytes. */
  static Shape request(Plan plan, int flags, int flows, int length) {
    byte[] frame =
        Frames.build(plan.transport(), flags, 1, plan.client(0), Flows.FIRST_PORT, plan.vip(), plan.servicePort(), length);
    return of(plan, frame, flows, true);
  }

  /** The same from other addresses: flow 0's is so many further. */
  Shape from(int further) {
    return new Shape(frame, flows, address + further, addressOffset, portOffset);
  }

  /** The real server's packet, to the client or, in FULLNAT, to the local address. */
  static Shape reply(Plan plan, int flags, int flows) {
    return reply(plan, flags, flows, Frames.LENGTH);
  }

  /** As above, of so many bytes. */
  static Shape reply(Plan plan, int flags, int flows, int length) {
    byte[] to = plan.method() == io.xlvs.bpf.Method.FULLNAT ? plan.local(0) : plan.client(0);
    byte[] frame = Frames.build(plan.transport(), flags, 1, plan.server(), plan.serverPort(), to, Flows.FIRST_PORT, length);
    return of(plan, frame, flows, false);
  }

  /** The real server's first packet of a handshake, acknowledged by the 1 that all others carry. */
  static Shape answer(Plan plan) {
    byte[] to = plan.method() == io.xlvs.bpf.Method.FULLNAT ? plan.local(0) : plan.client(0);
    byte[] frame =
        Frames.build(plan.transport(), Frames.SYN | Frames.ACK, 0, plan.server(), plan.serverPort(), to, Flows.FIRST_PORT);
    return of(plan, frame, 1, false);
  }

  /** A packet that concerns no service. */
  static Shape unrelated(Plan plan, int flows) {
    byte[] frame = Frames.build(plan.transport(), Frames.ACK, plan.client(0), Flows.FIRST_PORT, plan.director(), 443);
    return of(plan, frame, flows, true);
  }

  private static Shape of(Plan plan, byte[] frame, int flows, boolean source) {
    boolean v4 = plan.family() == Family.IPV4;
    int first = Frames.ETHERNET + (v4 ? 12 : 8);
    int length = v4 ? 4 : 16;
    int addressOffset = first + (source ? length : 2 * length) - 4;
    int portOffset = Frames.ETHERNET + (v4 ? 20 : 40) + (source ? 0 : 2);
    return new Shape(frame, flows, ByteBuffer.wrap(frame).getInt(addressOffset), addressOffset, portOffset);
  }
}
