// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.Codec;
import java.nio.ByteBuffer;

/**
 * Key of connections and half_open (the client's packets) and of replies (the server's): addresses and ports as the packet carries them. Mirrors {@code struct xlvs_tuple}.
 *
 * @param source source address
 * @param destination destination address
 * @param sourcePort 0 to 65535
 * @param destinationPort 0 to 65535
 * @param protocol IPPROTO_* number
 * @param family of both addresses
 */
public record Tuple(
    WireAddress source,
    WireAddress destination,
    int sourcePort,
    int destinationPort,
    int protocol,
    Family family) {
  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT =
      StructLayout.of("xlvs_tuple")
          .address("saddr")
          .address("daddr")
          .u16("sport")
          .u16("dport")
          .u8("protocol")
          .u8("family")
          .u16("pad")
          .build();

  static final int SADDR = LAYOUT.offset("saddr");
  static final int DADDR = LAYOUT.offset("daddr");
  static final int SPORT = LAYOUT.offset("sport");
  static final int DPORT = LAYOUT.offset("dport");
  static final int PROTOCOL = LAYOUT.offset("protocol");
  static final int FAMILY = LAYOUT.offset("family");
  static final int PAD = LAYOUT.offset("pad");

  /** Bytes of a value, in the buffer's native order. */
  public static final Codec<Tuple> CODEC = LAYOUT.codec(Tuple::write, Tuple::read);

  /** Writes the value at {@code at}, padding included. */
  public static void write(Tuple value, ByteBuffer buffer, int at) {
    value.source.write(buffer, at + SADDR);
    value.destination.write(buffer, at + DADDR);
    Wire.putBe16(buffer, at + SPORT, value.sourcePort);
    Wire.putBe16(buffer, at + DPORT, value.destinationPort);
    buffer.put(at + PROTOCOL, (byte) value.protocol);
    buffer.put(at + FAMILY, (byte) value.family.value());
    Wire.clear(buffer, at + PAD, 2);
  }

  /** Reads the value at {@code at}. */
  public static Tuple read(ByteBuffer buffer, int at) {
    return new Tuple(
        WireAddress.read(buffer, at + SADDR),
        WireAddress.read(buffer, at + DADDR),
        Wire.getBe16(buffer, at + SPORT),
        Wire.getBe16(buffer, at + DPORT),
        Byte.toUnsignedInt(buffer.get(at + PROTOCOL)),
        Family.of(buffer.get(at + FAMILY)));
  }
}
