// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.loader.netlink.NetlinkMessage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Messages of interfaces that not every kernel can make, built by hand after linux/if_link.h. */
class LinkMessageTest {
  private static final byte[] MAC = {2, 0, 0, 0, 0, 7};

  @Test
  void readsTheTagAndTheParentOfAVlanInterface() {
    Link link = Link.parse(vlan(0x8100));
    assertThat(link).isEqualTo(new Link(9, "eth0.7", "vlan", 3, 7, 0x02_00_00_00_00_07L, 1496, true, false));
  }

  @Test
  void knowsThatAServiceProviderTagIsNoVlanItCanWrite() {
    assertThat(Link.parse(vlan(0x88a8)).vlanId()).isZero();
  }

  private static NetlinkMessage vlan(int protocol) {
    ByteBuffer data = buffer();
    attribute(data, 1, bytes16(7, ByteOrder.nativeOrder()));
    attribute(data, 5, bytes16(protocol, ByteOrder.BIG_ENDIAN));
    ByteBuffer info = buffer();
    attribute(info, 1, "vlan\0".getBytes(StandardCharsets.UTF_8));
    attribute(info, 2 | 0x8000, content(data));
    ByteBuffer message = buffer();
    message.putInt(0).putInt(9).putInt(1).putInt(0);
    attribute(message, 3, "eth0.7\0".getBytes(StandardCharsets.UTF_8));
    attribute(message, 1, MAC);
    attribute(message, 4, bytes32(1496));
    attribute(message, 5, bytes32(3));
    attribute(message, 18, content(info));
    return new NetlinkMessage(16, 0, 0, ByteBuffer.wrap(content(message)).order(ByteOrder.nativeOrder()));
  }

  private static ByteBuffer buffer() {
    return ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());
  }

  private static void attribute(ByteBuffer out, int type, byte[] value) {
    out.putShort((short) (4 + value.length)).putShort((short) type).put(value);
    while (out.position() % 4 != 0) {
      out.put((byte) 0);
    }
  }

  private static byte[] bytes16(int value, ByteOrder order) {
    return ByteBuffer.allocate(2).order(order).putShort((short) value).array();
  }

  private static byte[] bytes32(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(value).array();
  }

  private static byte[] content(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.position()];
    buffer.get(0, bytes);
    return bytes;
  }
}
