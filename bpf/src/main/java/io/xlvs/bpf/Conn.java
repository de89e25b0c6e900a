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
 * @param synackNext acknowledgement that proves a handshake; 0: unknown
 * @param localAddress FULLNAT: the LIP
 * @param localPort FULLNAT: its port
 * @param serverPort port at the server
 * @param localIndex of the LIP in local_addresses
 * @param periods half-open UDP of DR and TUN: in how many periods after its first it was used
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
    int synackNext,
    WireAddress localAddress,
    int localPort,
    int serverPort,
    int localIndex,
    int periods) {
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
          .u32("synack_next")
          .address("local_addr")
          .u16("local_port")
          .u16("server_port")
          .u32("local_index")
          .u8("periods")
          .bytes("pad", 7)
          .build();

  static final int LAST_SEEN = LAYOUT.offset("last_seen");
  static final int SERVER = LAYOUT.offset("server");
  static final int GENERATION = LAYOUT.offset("generation");
  static final int SERVICE = LAYOUT.offset("service");
  static final int TIMEOUT = LAYOUT.offset("timeout");
  static final int STATE = LAYOUT.offset("state");
  static final int METHOD = LAYOUT.offset("method");
  static final int FLAGS = LAYOUT.offset("flags");
  static final int SYNACK_NEXT = LAYOUT.offset("synack_next");
  static final int LOCAL_ADDR = LAYOUT.offset("local_addr");
  static final int LOCAL_PORT = LAYOUT.offset("local_port");
  static final int SERVER_PORT = LAYOUT.offset("server_port");
  static final int LOCAL_INDEX = LAYOUT.offset("local_index");
  static final int PERIODS = LAYOUT.offset("periods");
  static final int PAD = LAYOUT.offset("pad");

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
    buffer.putInt(at + SYNACK_NEXT, value.synackNext);
    value.localAddress.write(buffer, at + LOCAL_ADDR);
    Wire.putBe16(buffer, at + LOCAL_PORT, value.localPort);
    Wire.putBe16(buffer, at + SERVER_PORT, value.serverPort);
    buffer.putInt(at + LOCAL_INDEX, value.localIndex);
    buffer.put(at + PERIODS, (byte) value.periods);
    Wire.clear(buffer, at + PAD, 7);
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
        buffer.getInt(at + SYNACK_NEXT),
        WireAddress.read(buffer, at + LOCAL_ADDR),
        Wire.getBe16(buffer, at + LOCAL_PORT),
        Wire.getBe16(buffer, at + SERVER_PORT),
        buffer.getInt(at + LOCAL_INDEX),
        Byte.toUnsignedInt(buffer.get(at + PERIODS)));
  }
}
