// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.Codec;
import java.nio.ByteBuffer;

/**
 * Key of fragments: a datagram. Mirrors {@code struct xlvs_fragment_key}.
 *
 * @param source source address
 * @param destination destination address
 * @param id identification, bytes as in the packet
 * @param protocol IPPROTO_* number
 * @param family of both addresses
 */
public record FragmentKey(WireAddress source, WireAddress destination, int id, int protocol, Family family) {
  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT =
      StructLayout.of("xlvs_fragment_key")
          .address("saddr")
          .address("daddr")
          .u32("id")
          .u8("protocol")
          .u8("family")
          .u16("pad")
          .build();

  static final int SADDR = LAYOUT.offset("saddr");
  static final int DADDR = LAYOUT.offset("daddr");
  static final int ID = LAYOUT.offset("id");
  static final int PROTOCOL = LAYOUT.offset("protocol");
  static final int FAMILY = LAYOUT.offset("family");
  static final int PAD = LAYOUT.offset("pad");

  /** Bytes of a value, in the buffer's native order. */
  public static final Codec<FragmentKey> CODEC = LAYOUT.codec(FragmentKey::write, FragmentKey::read);

  /** Writes the value at {@code at}, padding included. */
  public static void write(FragmentKey value, ByteBuffer buffer, int at) {
    value.source.write(buffer, at + SADDR);
    value.destination.write(buffer, at + DADDR);
    buffer.putInt(at + ID, value.id);
    buffer.put(at + PROTOCOL, (byte) value.protocol);
    buffer.put(at + FAMILY, (byte) value.family.value());
    Wire.clear(buffer, at + PAD, 2);
  }

  /** Reads the value at {@code at}. */
  public static FragmentKey read(ByteBuffer buffer, int at) {
    return new FragmentKey(
        WireAddress.read(buffer, at + SADDR),
        WireAddress.read(buffer, at + DADDR),
        buffer.getInt(at + ID),
        Byte.toUnsignedInt(buffer.get(at + PROTOCOL)),
        Family.of(buffer.get(at + FAMILY)));
  }
}
