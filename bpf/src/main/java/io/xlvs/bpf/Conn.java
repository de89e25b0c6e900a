// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.Codec;
import java.nio.ByteBuffer;

/**
 * Value of connections and half_open: the truth about a connection. Mirrors {@code struct xlvs_conn}.
 *
 * @param lastSeenJiffies last refresh
 * @param server slot
 * @param generation of the slot
 * @param service index
 * @param timeoutJiffies idle time after which it expires
 * @param state IPVS's state
 * @param method kept though the server be edited
 * @param flags {@link ConnFlag}s
 * @param proof half open; TCP: acknowledgement that proves the handshake, 0: unknown; UDP of DR and TUN: in how many periods after
 *     its first it was used; SCTP: the server's verification tag as its bytes lie on the wire, 0: unknown. In connections: since
 *     when it is there, in seconds of the jiffies' clock
 * @param localAddress FULLNAT: the LIP
 * @param localPort FULLNAT: its port
 * @param serverPort port at the server
 * @param localIndex of the LIP in local_addresses
 * @param templatePort if it holds a template: destination port of that template's key
 * @param templateProtocol if it holds a template: protocol of that key; 0: the template of a firewall mark
 * @param templateMask if it holds a template: mask of the client in that key; IPv4: netmask, IPv6: prefix length
 * @param clientWay NAT and FULLNAT: the way back to the client: index of next_hops, epoch &lt;&lt; 16, last period in which it
 *     counts &lt;&lt; 32; 0: none
 */
public record Conn(
    long lastSeenJiffies,
    int server,
    int generation,
    int service,
    long timeoutJiffies,
    State state,
    Method method,
    int flags,
    int proof,
    WireAddress localAddress,
    int localPort,
    int serverPort,
    int localIndex,
    int templatePort,
    int templateProtocol,
    int templateMask,
    long clientWay) {
  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT =
      StructLayout.of("xlvs_conn")
          .u64("last_seen")
          .u32("server")
          .u32("generation")
          .u32("service")
          .u32("timeout")
          .u16("state")
          .u8("method")
          .u8("flags")
          .u32("proof")
          .address("local_addr")
          .u16("local_port")
          .u16("server_port")
          .u32("local_index")
          .u16("template_port")
          .u8("template_protocol")
          .u8("pad")
          .u32("template_mask")
          .u64("client_way")
          .build();

  static final int LAST_SEEN = LAYOUT.offset("last_seen");
  static final int SERVER = LAYOUT.offset("server");
  static final int GENERATION = LAYOUT.offset("generation");
  static final int SERVICE = LAYOUT.offset("service");
  static final int TIMEOUT = LAYOUT.offset("timeout");
  static final int STATE = LAYOUT.offset("state");
  static final int METHOD = LAYOUT.offset("method");
  static final int FLAGS = LAYOUT.offset("flags");
  static final int PROOF = LAYOUT.offset("proof");
  static final int LOCAL_ADDR = LAYOUT.offset("local_addr");
  static final int LOCAL_PORT = LAYOUT.offset("local_port");
  static final int SERVER_PORT = LAYOUT.offset("server_port");
  static final int LOCAL_INDEX = LAYOUT.offset("local_index");
  static final int TEMPLATE_PORT = LAYOUT.offset("template_port");
  static final int TEMPLATE_PROTOCOL = LAYOUT.offset("template_protocol");
  static final int PAD = LAYOUT.offset("pad");
  static final int TEMPLATE_MASK = LAYOUT.offset("template_mask");
  static final int CLIENT_WAY = LAYOUT.offset("client_way");

  /** Bytes of a value, in the buffer's native order. */
  public static final Codec<Conn> CODEC = LAYOUT.codec(Conn::write, Conn::read);

  /** Writes the value at {@code at}, padding included. */
  public static void write(Conn value, ByteBuffer buffer, int at) {
    buffer.putLong(at + LAST_SEEN, value.lastSeenJiffies);
    buffer.putInt(at + SERVER, value.server);
    buffer.putInt(at + GENERATION, value.generation);
    buffer.putInt(at + SERVICE, value.service);
    buffer.putInt(at + TIMEOUT, (int) value.timeoutJiffies);
    buffer.putShort(at + STATE, (short) value.state.value());
    buffer.put(at + METHOD, (byte) value.method.value());
    buffer.put(at + FLAGS, (byte) value.flags);
    buffer.putInt(at + PROOF, value.proof);
    value.localAddress.write(buffer, at + LOCAL_ADDR);
    Wire.putBe16(buffer, at + LOCAL_PORT, value.localPort);
    Wire.putBe16(buffer, at + SERVER_PORT, value.serverPort);
    buffer.putInt(at + LOCAL_INDEX, value.localIndex);
    Wire.putBe16(buffer, at + TEMPLATE_PORT, value.templatePort);
    buffer.put(at + TEMPLATE_PROTOCOL, (byte) value.templateProtocol);
    Wire.clear(buffer, at + PAD, 1);
    buffer.putInt(at + TEMPLATE_MASK, value.templateMask);
    buffer.putLong(at + CLIENT_WAY, value.clientWay);
  }

  /** Reads the value at {@code at}. */
  public static Conn read(ByteBuffer buffer, int at) {
    return new Conn(
        buffer.getLong(at + LAST_SEEN),
        buffer.getInt(at + SERVER),
        buffer.getInt(at + GENERATION),
        buffer.getInt(at + SERVICE),
        Integer.toUnsignedLong(buffer.getInt(at + TIMEOUT)),
        State.of(buffer.getShort(at + STATE)),
        Method.of(buffer.get(at + METHOD)),
        Byte.toUnsignedInt(buffer.get(at + FLAGS)),
        buffer.getInt(at + PROOF),
        WireAddress.read(buffer, at + LOCAL_ADDR),
        Wire.getBe16(buffer, at + LOCAL_PORT),
        Wire.getBe16(buffer, at + SERVER_PORT),
        buffer.getInt(at + LOCAL_INDEX),
        Wire.getBe16(buffer, at + TEMPLATE_PORT),
        Byte.toUnsignedInt(buffer.get(at + TEMPLATE_PROTOCOL)),
        buffer.getInt(at + TEMPLATE_MASK),
        buffer.getLong(at + CLIENT_WAY));
  }
}
