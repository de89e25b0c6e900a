// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.Codec;
import java.nio.ByteBuffer;

/**
 * service_state[service]: what a scheduler keeps between connections. Mirrors {@code struct xlvs_service_state}.
 *
 * @param counter {@link Pick#NEXT}: the next entry is counter modulo length
 * @param unrecorded {@link ServiceFlag#RING_FIRST}: packets whose flow could not be recorded
 */
public record ServiceState(long counter, long unrecorded) {
  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT =
      StructLayout.of("xlvs_service_state")
          .u64("counter")
          .u64("unrecorded")
          .bytes("pad", 48)
          .build();

  static final int COUNTER = LAYOUT.offset("counter");
  /** Where the count of packets whose flow could not be recorded lies. */
  public static final int UNRECORDED = LAYOUT.offset("unrecorded");
  static final int PAD = LAYOUT.offset("pad");

  /** Bytes of a value, in the buffer's native order. */
  public static final Codec<ServiceState> CODEC = LAYOUT.codec(ServiceState::write, ServiceState::read);

  /** Writes the value at {@code at}, padding included. */
  public static void write(ServiceState value, ByteBuffer buffer, int at) {
    buffer.putLong(at + COUNTER, value.counter);
    buffer.putLong(at + UNRECORDED, value.unrecorded);
    Wire.clear(buffer, at + PAD, 48);
  }

  /** Reads the value at {@code at}. */
  public static ServiceState read(ByteBuffer buffer, int at) {
    return new ServiceState(
        buffer.getLong(at + COUNTER),
        buffer.getLong(at + UNRECORDED));
  }
}
