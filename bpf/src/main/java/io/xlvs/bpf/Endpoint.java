// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.Codec;
import java.nio.ByteBuffer;

/**
 * An entry of the service table: what packets are recognised by. Mirrors {@code struct xlvs_endpoint}.
 *
 * @param address VIP, RIP or LIP
 * @param port 0 to 65535; 0 is any for a service
 * @param protocol IPPROTO_* number, or 0
 * @param kind what the entry stands for
 * @param family of the address
 * @param index of the service; 0 for the other kinds
 */
public record Endpoint(WireAddress address, int port, int protocol, EndpointKind kind, Family family, int index) {
  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT =
      StructLayout.of("xlvs_endpoint")
          .address("addr")
          .u16("port")
          .u8("protocol")
          .u8("kind")
          .u8("family")
          .bytes("pad", 3)
          .u32("index")
          .build();

  static final int ADDR = LAYOUT.offset("addr");
  static final int PORT = LAYOUT.offset("port");
  static final int PROTOCOL = LAYOUT.offset("protocol");
  static final int KIND = LAYOUT.offset("kind");
  static final int FAMILY = LAYOUT.offset("family");
  static final int PAD = LAYOUT.offset("pad");
  static final int INDEX = LAYOUT.offset("index");

  /** Bytes of a value, in the buffer's native order. */
  public static final Codec<Endpoint> CODEC = LAYOUT.codec(Endpoint::write, Endpoint::read);

  /** Writes the value at {@code at}, padding included. */
  public static void write(Endpoint value, ByteBuffer buffer, int at) {
    value.address.write(buffer, at + ADDR);
    Wire.putBe16(buffer, at + PORT, value.port);
    buffer.put(at + PROTOCOL, (byte) value.protocol);
    buffer.put(at + KIND, (byte) value.kind.value());
    buffer.put(at + FAMILY, (byte) value.family.value());
    Wire.clear(buffer, at + PAD, 3);
    buffer.putInt(at + INDEX, value.index);
  }

  /** Reads the value at {@code at}. */
  public static Endpoint read(ByteBuffer buffer, int at) {
    return new Endpoint(
        WireAddress.read(buffer, at + ADDR),
        Wire.getBe16(buffer, at + PORT),
        Byte.toUnsignedInt(buffer.get(at + PROTOCOL)),
        EndpointKind.of(buffer.get(at + KIND)),
        Family.of(buffer.get(at + FAMILY)),
        buffer.getInt(at + INDEX));
  }

  /** Written out, since a table may have a million: what Java makes for a record is slow while it is interpreted. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Endpoint that && port == that.port && protocol == that.protocol && kind == that.kind && family == that.family
        && index == that.index && address.equals(that.address);
  }

  /** Mixed: sums of neighbouring addresses and ports meet, and a hash map then searches them one by one. */
  @Override
  public int hashCode() {
    return (int) EndpointHash.of(this, index);
  }
}
