// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.Codec;
import java.nio.ByteBuffer;

/**
 * Value of fragments: the ports that only the first fragment carries. Mirrors {@code struct xlvs_fragment}.
 *
 * @param sourcePort 0 to 65535
 * @param destinationPort 0 to 65535
 * @param protocol IPPROTO_* of the transport header
 * @param seenJiffies when the first fragment came
 */
public record Fragment(int sourcePort, int destinationPort, int protocol, long seenJiffies) {
  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT =
      StructLayout.of("xlvs_fragment")
          .u16("sport")
          .u16("dport")
          .u8("protocol")
          .bytes("pad", 3)
          .u64("seen")
          .build();

  static final int SPORT = LAYOUT.offset("sport");
  static final int DPORT = LAYOUT.offset("dport");
  static final int PROTOCOL = LAYOUT.offset("protocol");
  static final int PAD = LAYOUT.offset("pad");
  static final int SEEN = LAYOUT.offset("seen");

  /** Bytes of a value, in the buffer's native order. */
  public static final Codec<Fragment> CODEC = LAYOUT.codec(Fragment::write, Fragment::read);

  /** Writes the value at {@code at}, padding included. */
  public static void write(Fragment value, ByteBuffer buffer, int at) {
    Wire.putBe16(buffer, at + SPORT, value.sourcePort);
    Wire.putBe16(buffer, at + DPORT, value.destinationPort);
    buffer.put(at + PROTOCOL, (byte) value.protocol);
    Wire.clear(buffer, at + PAD, 3);
    buffer.putLong(at + SEEN, value.seenJiffies);
  }

  /** Reads the value at {@code at}. */
  public static Fragment read(ByteBuffer buffer, int at) {
    return new Fragment(
        Wire.getBe16(buffer, at + SPORT),
        Wire.getBe16(buffer, at + DPORT),
        Byte.toUnsignedInt(buffer.get(at + PROTOCOL)),
        buffer.getLong(at + SEEN));
  }
}
