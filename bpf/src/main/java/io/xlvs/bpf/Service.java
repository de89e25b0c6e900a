// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.Codec;
import java.nio.ByteBuffer;

/**
 * A virtual service, indexed by the endpoints of its VIP. Mirrors {@code struct xlvs_service}.
 *
 * @param ring region of rings
 * @param localAddresses region of local_addresses
 * @param vip virtual address; of a firewall mark the mark as an IPv4 address
 * @param port 0 to 65535; 0: any
 * @param protocol IPPROTO_* number; 0 of a firewall mark
 * @param family of the VIP
 * @param flags {@link ServiceFlag}s
 * @param pick how the kernel picks from the ring
 * @param generation changes when the service is another one, or picks by another rule
 * @param persistenceSeconds 0 unless persistent
 * @param persistenceMask netmask of clients that share a template
 * @param tcpTimeoutJiffies of established TCP; 0: control's, as with the next two
 * @param tcpFinTimeoutJiffies of TCP in FIN_WAIT
 * @param udpTimeoutJiffies of UDP
 */
public record Service(
    Region ring,
    Region localAddresses,
    WireAddress vip,
    int port,
    int protocol,
    Family family,
    int flags,
    Pick pick,
    int generation,
    int persistenceSeconds,
    WireAddress persistenceMask,
    int tcpTimeoutJiffies,
    int tcpFinTimeoutJiffies,
    int udpTimeoutJiffies) {
  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT =
      StructLayout.of("xlvs_service")
          .bytes("ring", Region.BYTES)
          .bytes("local_addresses", Region.BYTES)
          .address("vip")
          .u16("port")
          .u8("protocol")
          .u8("family")
          .u32("flags")
          .u32("pick")
          .u32("generation")
          .u32("persistence_seconds")
          .u32("pad0")
          .address("persistence_mask")
          .u32("tcp_timeout")
          .u32("tcp_fin_timeout")
          .u32("udp_timeout")
          .bytes("pad", 44)
          .build();

  static final int RING = LAYOUT.offset("ring");
  static final int LOCAL_ADDRESSES = LAYOUT.offset("local_addresses");
  static final int VIP = LAYOUT.offset("vip");
  static final int PORT = LAYOUT.offset("port");
  static final int PROTOCOL = LAYOUT.offset("protocol");
  static final int FAMILY = LAYOUT.offset("family");
  static final int FLAGS = LAYOUT.offset("flags");
  static final int PICK = LAYOUT.offset("pick");
  static final int GENERATION = LAYOUT.offset("generation");
  static final int PERSISTENCE_SECONDS = LAYOUT.offset("persistence_seconds");
  static final int PAD0 = LAYOUT.offset("pad0");
  static final int PERSISTENCE_MASK = LAYOUT.offset("persistence_mask");
  static final int TCP_TIMEOUT = LAYOUT.offset("tcp_timeout");
  static final int TCP_FIN_TIMEOUT = LAYOUT.offset("tcp_fin_timeout");
  static final int UDP_TIMEOUT = LAYOUT.offset("udp_timeout");
  static final int PAD = LAYOUT.offset("pad");

  /** Bytes of a value, in the buffer's native order. */
  public static final Codec<Service> CODEC = LAYOUT.codec(Service::write, Service::read);

  /** Writes the value at {@code at}, padding included. */
  public static void write(Service value, ByteBuffer buffer, int at) {
    buffer.putLong(at + RING, value.ring.word());
    buffer.putLong(at + LOCAL_ADDRESSES, value.localAddresses.word());
    value.vip.write(buffer, at + VIP);
    Wire.putBe16(buffer, at + PORT, value.port);
    buffer.put(at + PROTOCOL, (byte) value.protocol);
    buffer.put(at + FAMILY, (byte) value.family.value());
    buffer.putInt(at + FLAGS, value.flags);
    buffer.putInt(at + PICK, value.pick.value());
    buffer.putInt(at + GENERATION, value.generation);
    buffer.putInt(at + PERSISTENCE_SECONDS, value.persistenceSeconds);
    Wire.clear(buffer, at + PAD0, 4);
    value.persistenceMask.write(buffer, at + PERSISTENCE_MASK);
    buffer.putInt(at + TCP_TIMEOUT, value.tcpTimeoutJiffies);
    buffer.putInt(at + TCP_FIN_TIMEOUT, value.tcpFinTimeoutJiffies);
    buffer.putInt(at + UDP_TIMEOUT, value.udpTimeoutJiffies);
    Wire.clear(buffer, at + PAD, 44);
  }

  /** Reads the value at {@code at}. */
  public static Service read(ByteBuffer buffer, int at) {
    return new Service(
        Region.of(buffer.getLong(at + RING)),
        Region.of(buffer.getLong(at + LOCAL_ADDRESSES)),
        WireAddress.read(buffer, at + VIP),
        Wire.getBe16(buffer, at + PORT),
        Byte.toUnsignedInt(buffer.get(at + PROTOCOL)),
        Family.of(buffer.get(at + FAMILY)),
        buffer.getInt(at + FLAGS),
        Pick.of(buffer.getInt(at + PICK)),
        buffer.getInt(at + GENERATION),
        buffer.getInt(at + PERSISTENCE_SECONDS),
        WireAddress.read(buffer, at + PERSISTENCE_MASK),
        buffer.getInt(at + TCP_TIMEOUT),
        buffer.getInt(at + TCP_FIN_TIMEOUT),
        buffer.getInt(at + UDP_TIMEOUT));
  }
}
