// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A request in the making: header fields first, attributes after them. Fields are in native byte order. */
public final class NetlinkRequest {
  /** NLM_F_REQUEST | NLM_F_DUMP: all objects. */
  public static final int DUMP = 0x301;

  /** NLM_F_REQUEST: answered by one message. */
  public static final int GET = 0x1;

  /** NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE: makes it so. */
  public static final int SET = 0x505;

  private static final int MAX_BYTES = 4096;

  private final ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES).order(ByteOrder.nativeOrder());
  private final int type;
  private final int flags;

  /**
   * @param type {@code RTM_*}
   * @param flags {@link #DUMP}, {@link #GET} or {@link #SET}
   */
  public NetlinkRequest(int type, int flags) {
    this.type = type;
    this.flags = flags;
    bytes.position(NetlinkMessage.HEADER_BYTES);
  }

  /** Appends a byte of the family's header. */
  public NetlinkRequest u8(int value) {
    bytes.put((byte) value);
    return this;
  }

  /** Appends 16 bits of the family's header. */
  public NetlinkRequest u16(int value) {
    bytes.putShort((short) value);
    return this;
  }

  /** Appends 32 bits of the family's header. */
  public NetlinkRequest u32(int value) {
    bytes.putInt(value);
    return this;
  }

  /** Appends an attribute. */
  public NetlinkRequest attribute(int attributeType, byte[] value) {
    bytes.position(Attributes.align(bytes.position()));
    bytes.putShort((short) (4 + value.length)).putShort((short) attributeType).put(value);
    return this;
  }

  /** Appends an attribute that is a host-order 32-bit number. */
  public NetlinkRequest attribute(int attributeType, int value) {
    byte[] number = new byte[Integer.BYTES];
    ByteBuffer.wrap(number).order(ByteOrder.nativeOrder()).putInt(value);
    return attribute(attributeType, number);
  }

  boolean isDump() {
    return (flags & DUMP) == DUMP;
  }

  boolean isAcknowledged() {
    return (flags & 4) != 0;
  }

  int type() {
    return type;
  }

  /** The finished message. */
  byte[] encode(int sequence) {
    int length = Attributes.align(bytes.position());
    bytes.putInt(0, length).putShort(4, (short) type).putShort(6, (short) flags).putInt(8, sequence).putInt(12, 0);
    byte[] message = new byte[length];
    bytes.get(0, message);
    return message;
  }
}
