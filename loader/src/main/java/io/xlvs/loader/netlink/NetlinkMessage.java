// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A received message: {@code struct nlmsghdr} without its length, and what follows it.
 *
 * @param type {@code RTM_*} or {@code NLMSG_*}
 * @param flags {@code NLM_F_*}
 * @param sequence of the request it answers; 0 for events
 * @param payload a read-only view in native byte order, from the family's header on
 */
public record NetlinkMessage(int type, int flags, int sequence, ByteBuffer payload) {
  /** Bytes of {@code struct nlmsghdr}. */
  static final int HEADER_BYTES = 16;

  static final int ERROR = 2;
  static final int DONE = 3;

  /**
   * Splits a datagram into its messages.
   *
   * @throws IllegalArgumentException when a length does not fit
   */
  static List<NetlinkMessage> split(ByteBuffer datagram) {
    ByteBuffer bytes = datagram.asReadOnlyBuffer().order(ByteOrder.nativeOrder());
    List<NetlinkMessage> messages = new ArrayList<>();
    int at = bytes.position();
    while (at + HEADER_BYTES <= bytes.limit()) {
      int length = bytes.getInt(at);
      if (length < HEADER_BYTES || length > bytes.limit() - at) {
        throw new IllegalArgumentException(
            "netlink message of " + length + " bytes at offset " + at + " of " + bytes.limit());
      }
      ByteBuffer payload = bytes.slice(at + HEADER_BYTES, length - HEADER_BYTES).order(ByteOrder.nativeOrder());
      messages.add(
          new NetlinkMessage(
              Short.toUnsignedInt(bytes.getShort(at + 4)),
              Short.toUnsignedInt(bytes.getShort(at + 6)),
              bytes.getInt(at + 8),
              payload));
      at += Attributes.align(length);
    }
    return messages;
  }

  /** The attributes behind a family's header of {@code headerBytes}. */
  public Attributes attributes(int headerBytes) {
    int from = Attributes.align(headerBytes);
    if (payload.limit() < from) {
      throw new IllegalArgumentException(
          "netlink message type " + type + " has " + payload.limit() + " bytes: its header alone has " + headerBytes);
    }
    return Attributes.parse(payload.slice(from, payload.limit() - from).order(ByteOrder.nativeOrder()));
  }

  /** A message whose payload is its own, independent of the receive buffer. */
  NetlinkMessage copy() {
    ByteBuffer own = ByteBuffer.allocate(payload.limit()).order(ByteOrder.nativeOrder());
    own.put(0, payload, 0, payload.limit());
    return new NetlinkMessage(type, flags, sequence, own);
  }
}
