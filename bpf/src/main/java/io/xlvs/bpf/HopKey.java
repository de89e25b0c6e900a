// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.Codec;
import java.nio.ByteBuffer;

/**
 * Key of client_hops: a neighbour on an interface. Mirrors {@code struct xlvs_hop_key}.
 *
 * @param ifindex interface
 * @param destinationMac of the neighbour
 */
public record HopKey(int ifindex, MacAddress destinationMac) {
  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT =
      StructLayout.of("xlvs_hop_key")
          .u32("ifindex")
          .bytes("destination_mac", MacAddress.BYTES)
          .u16("pad")
          .build();

  static final int IFINDEX = LAYOUT.offset("ifindex");
  static final int DESTINATION_MAC = LAYOUT.offset("destination_mac");
  static final int PAD = LAYOUT.offset("pad");

  /** Bytes of a value, in the buffer's native order. */
  public static final Codec<HopKey> CODEC = LAYOUT.codec(HopKey::write, HopKey::read);

  /** Writes the value at {@code at}, padding included. */
  public static void write(HopKey value, ByteBuffer buffer, int at) {
    buffer.putInt(at + IFINDEX, value.ifindex);
    value.destinationMac.write(buffer, at + DESTINATION_MAC);
    Wire.clear(buffer, at + PAD, 2);
  }

  /** Reads the value at {@code at}. */
  public static HopKey read(ByteBuffer buffer, int at) {
    return new HopKey(
        buffer.getInt(at + IFINDEX),
        MacAddress.read(buffer, at + DESTINATION_MAC));
  }
}
