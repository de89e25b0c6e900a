// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.Codec;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A way out of the director. Mirrors {@code struct xlvs_next_hop}.
 *
 * @param destinationMac of the neighbour
 * @param sourceMac of the interface
 * @param transmitIfindex where XDP sends: the physical device of a VLAN
 * @param ifindex where the routing table points
 * @param mtu largest IP packet in bytes
 * @param flags {@link NextHopFlag}s
 * @param vlan tag (TCI) to add, 0: none
 * @param gateway the neighbour's address
 * @param gatewayFamily of the gateway
 */
public record NextHop(
    MacAddress destinationMac,
    MacAddress sourceMac,
    int transmitIfindex,
    int ifindex,
    int mtu,
    int flags,
    int vlan,
    WireAddress gateway,
    Optional<Family> gatewayFamily) {
  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT =
      StructLayout.of("xlvs_next_hop")
          .bytes("destination_mac", MacAddress.BYTES)
          .bytes("source_mac", MacAddress.BYTES)
          .u32("transmit_ifindex")
          .u32("ifindex")
          .u32("mtu")
          .u16("flags")
          .u16("vlan")
          .address("gateway")
          .u8("gateway_family")
          .bytes("pad", 19)
          .build();

  static final int DESTINATION_MAC = LAYOUT.offset("destination_mac");
  static final int SOURCE_MAC = LAYOUT.offset("source_mac");
  static final int TRANSMIT_IFINDEX = LAYOUT.offset("transmit_ifindex");
  static final int IFINDEX = LAYOUT.offset("ifindex");
  static final int MTU = LAYOUT.offset("mtu");
  static final int FLAGS = LAYOUT.offset("flags");
  static final int VLAN = LAYOUT.offset("vlan");
  static final int GATEWAY = LAYOUT.offset("gateway");
  static final int GATEWAY_FAMILY = LAYOUT.offset("gateway_family");
  static final int PAD = LAYOUT.offset("pad");

  /** Bytes of a value, in the buffer's native order. */
  public static final Codec<NextHop> CODEC = LAYOUT.codec(NextHop::write, NextHop::read);

  /** Writes the value at {@code at}, padding included. */
  public static void write(NextHop value, ByteBuffer buffer, int at) {
    value.destinationMac.write(buffer, at + DESTINATION_MAC);
    value.sourceMac.write(buffer, at + SOURCE_MAC);
    buffer.putInt(at + TRANSMIT_IFINDEX, value.transmitIfindex);
    buffer.putInt(at + IFINDEX, value.ifindex);
    buffer.putInt(at + MTU, value.mtu);
    buffer.putShort(at + FLAGS, (short) value.flags);
    Wire.putBe16(buffer, at + VLAN, value.vlan);
    value.gateway.write(buffer, at + GATEWAY);
    buffer.put(at + GATEWAY_FAMILY, (byte) (int) value.gatewayFamily.map(Family::value).orElse(0));
    Wire.clear(buffer, at + PAD, 19);
  }

  /** Reads the value at {@code at}. */
  public static NextHop read(ByteBuffer buffer, int at) {
    return new NextHop(
        MacAddress.read(buffer, at + DESTINATION_MAC),
        MacAddress.read(buffer, at + SOURCE_MAC),
        buffer.getInt(at + TRANSMIT_IFINDEX),
        buffer.getInt(at + IFINDEX),
        buffer.getInt(at + MTU),
        Short.toUnsignedInt(buffer.getShort(at + FLAGS)),
        Wire.getBe16(buffer, at + VLAN),
        WireAddress.read(buffer, at + GATEWAY),
        Family.find(buffer.get(at + GATEWAY_FAMILY)));
  }
}
