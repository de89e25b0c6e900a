// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.Codec;
import java.nio.ByteBuffer;

/**
 * A real server of one service. The slot keeps its number and generation until its last connection is gone. Mirrors {@code struct xlvs_server}.
 *
 * @param address RIP
 * @param port 0 to 65535, as configured; 0: none
 * @param family of the RIP
 * @param method for new connections
 * @param flags {@link ServerFlag}s
 * @param nextHop index into next_hops
 * @param service index into services
 * @param generation changes when the slot goes to another server
 * @param tunnel encapsulation of {@link Method#TUN}
 * @param tunnelFlags {@link TunnelFlag}s
 * @param tunnelPort UDP port of GUE, else 0
 * @param tunnelSource the director's address towards this server
 * @param toPort where NAT and FULLNAT send; 0: the packet's own
 * @param weight 0 to 65535
 * @param upperThreshold connections; 0: none
 * @param lowerThreshold connections; 0: none
 */
public record Server(
    WireAddress address,
    int port,
    Family family,
    Method method,
    int flags,
    int nextHop,
    int service,
    int generation,
    Tunnel tunnel,
    int tunnelFlags,
    int tunnelPort,
    WireAddress tunnelSource,
    int toPort,
    int weight,
    int upperThreshold,
    int lowerThreshold) {
  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT =
      StructLayout.of("xlvs_server")
          .address("addr")
          .u16("port")
          .u8("family")
          .u8("method")
          .u32("flags")
          .u32("next_hop")
          .u32("service")
          .u32("generation")
          .u8("tunnel")
          .u8("tunnel_flags")
          .u16("tunnel_port")
          .address("tunnel_source")
          .u16("to_port")
          .bytes("pad0", 6)
          .u32("weight")
          .u32("upper_threshold")
          .u32("lower_threshold")
          .bytes("pad", 52)
          .build();

  static final int ADDR = LAYOUT.offset("addr");
  static final int PORT = LAYOUT.offset("port");
  static final int FAMILY = LAYOUT.offset("family");
  static final int METHOD = LAYOUT.offset("method");
  static final int FLAGS = LAYOUT.offset("flags");
  static final int NEXT_HOP = LAYOUT.offset("next_hop");
  static final int SERVICE = LAYOUT.offset("service");
  static final int GENERATION = LAYOUT.offset("generation");
  static final int TUNNEL = LAYOUT.offset("tunnel");
  static final int TUNNEL_FLAGS = LAYOUT.offset("tunnel_flags");
  static final int TUNNEL_PORT = LAYOUT.offset("tunnel_port");
  static final int TUNNEL_SOURCE = LAYOUT.offset("tunnel_source");
  static final int TO_PORT = LAYOUT.offset("to_port");
  static final int PAD0 = LAYOUT.offset("pad0");
  static final int WEIGHT = LAYOUT.offset("weight");
  static final int UPPER_THRESHOLD = LAYOUT.offset("upper_threshold");
  static final int LOWER_THRESHOLD = LAYOUT.offset("lower_threshold");
  static final int PAD = LAYOUT.offset("pad");

  /** Bytes of a value, in the buffer's native order. */
  public static final Codec<Server> CODEC = LAYOUT.codec(Server::write, Server::read);

  /** Writes the value at {@code at}, padding included. */
  public static void write(Server value, ByteBuffer buffer, int at) {
    value.address.write(buffer, at + ADDR);
    Wire.putBe16(buffer, at + PORT, value.port);
    buffer.put(at + FAMILY, (byte) value.family.value());
    buffer.put(at + METHOD, (byte) value.method.value());
    buffer.putInt(at + FLAGS, value.flags);
    buffer.putInt(at + NEXT_HOP, value.nextHop);
    buffer.putInt(at + SERVICE, value.service);
    buffer.putInt(at + GENERATION, value.generation);
    buffer.put(at + TUNNEL, (byte) value.tunnel.value());
    buffer.put(at + TUNNEL_FLAGS, (byte) value.tunnelFlags);
    Wire.putBe16(buffer, at + TUNNEL_PORT, value.tunnelPort);
    value.tunnelSource.write(buffer, at + TUNNEL_SOURCE);
    Wire.putBe16(buffer, at + TO_PORT, value.toPort);
    Wire.clear(buffer, at + PAD0, 6);
    buffer.putInt(at + WEIGHT, value.weight);
    buffer.putInt(at + UPPER_THRESHOLD, value.upperThreshold);
    buffer.putInt(at + LOWER_THRESHOLD, value.lowerThreshold);
    Wire.clear(buffer, at + PAD, 52);
  }

  /** Reads the value at {@code at}. */
  public static Server read(ByteBuffer buffer, int at) {
    return new Server(
        WireAddress.read(buffer, at + ADDR),
        Wire.getBe16(buffer, at + PORT),
        Family.of(buffer.get(at + FAMILY)),
        Method.of(buffer.get(at + METHOD)),
        buffer.getInt(at + FLAGS),
        buffer.getInt(at + NEXT_HOP),
        buffer.getInt(at + SERVICE),
        buffer.getInt(at + GENERATION),
        Tunnel.of(buffer.get(at + TUNNEL)),
        Byte.toUnsignedInt(buffer.get(at + TUNNEL_FLAGS)),
        Wire.getBe16(buffer, at + TUNNEL_PORT),
        WireAddress.read(buffer, at + TUNNEL_SOURCE),
        Wire.getBe16(buffer, at + TO_PORT),
        buffer.getInt(at + WEIGHT),
        buffer.getInt(at + UPPER_THRESHOLD),
        buffer.getInt(at + LOWER_THRESHOLD));
  }
}
