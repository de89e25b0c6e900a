// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.Codec;
import java.nio.ByteBuffer;

/**
 * A local address of a FULLNAT service. Mirrors {@code struct xlvs_local_address}.
 *
 * @param address LIP
 * @param family of the LIP
 * @param nextPort where the search for a free port goes on; a hint
 */
public record LocalAddress(WireAddress address, Family family, int nextPort) {
  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT =
      StructLayout.of("xlvs_local_address")
          .address("addr")
          .u8("family")
          .bytes("pad", 3)
          .u32("next_port")
          .build();

  static final int ADDR = LAYOUT.offset("addr");
  static final int FAMILY = LAYOUT.offset("family");
  static final int PAD = LAYOUT.offset("pad");
  static final int NEXT_PORT = LAYOUT.offset("next_port");

  /** Bytes of a value, in the buffer's native order. */
  public static final Codec<LocalAddress> CODEC = LAYOUT.codec(LocalAddress::write, LocalAddress::read);

  /** Writes the value at {@code at}, padding included. */
  public static void write(LocalAddress value, ByteBuffer buffer, int at) {
    value.address.write(buffer, at + ADDR);
    buffer.put(at + FAMILY, (byte) value.family.value());
    Wire.clear(buffer, at + PAD, 3);
    buffer.putInt(at + NEXT_PORT, value.nextPort);
  }

  /** Reads the value at {@code at}. */
  public static LocalAddress read(ByteBuffer buffer, int at) {
    return new LocalAddress(
        WireAddress.read(buffer, at + ADDR),
        Family.of(buffer.get(at + FAMILY)),
        buffer.getInt(at + NEXT_PORT));
  }
}
