// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.Codec;
import java.nio.ByteBuffer;

/**
 * Value of devices: what transmitting needs to know of an interface. Mirrors {@code struct xlvs_device}.
 *
 * @param transmitIfindex where XDP sends: the physical device of a VLAN
 * @param mtu largest IP packet in bytes
 * @param flags {@link NextHopFlag#VIA_STACK}, {@link NextHopFlag#REDIRECT} or 0
 * @param vlan tag (TCI) to add, 0: none
 */
public record Device(int transmitIfindex, int mtu, int flags, int vlan) {
  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT =
      StructLayout.of("xlvs_device")
          .u32("transmit_ifindex")
          .u32("mtu")
          .u16("flags")
          .u16("vlan")
          .build();

  static final int TRANSMIT_IFINDEX = LAYOUT.offset("transmit_ifindex");
  static final int MTU = LAYOUT.offset("mtu");
  static final int FLAGS = LAYOUT.offset("flags");
  static final int VLAN = LAYOUT.offset("vlan");

  /** Bytes of a value, in the buffer's native order. */
  public static final Codec<Device> CODEC = LAYOUT.codec(Device::write, Device::read);

  /** Writes the value at {@code at}, padding included. */
  public static void write(Device value, ByteBuffer buffer, int at) {
    buffer.putInt(at + TRANSMIT_IFINDEX, value.transmitIfindex);
    buffer.putInt(at + MTU, value.mtu);
    buffer.putShort(at + FLAGS, (short) value.flags);
    Wire.putBe16(buffer, at + VLAN, value.vlan);
  }

  /** Reads the value at {@code at}. */
  public static Device read(ByteBuffer buffer, int at) {
    return new Device(
        buffer.getInt(at + TRANSMIT_IFINDEX),
        buffer.getInt(at + MTU),
        Short.toUnsignedInt(buffer.getShort(at + FLAGS)),
        Wire.getBe16(buffer, at + VLAN));
  }
}
