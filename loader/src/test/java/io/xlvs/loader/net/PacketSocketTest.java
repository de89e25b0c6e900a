// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.xlvs.loader.BpfException;
import io.xlvs.loader.testing.FdLeakExtension;
import io.xlvs.loader.testing.VethPair;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FdLeakExtension.class)
class PacketSocketTest {
  private static final int ETHERTYPE = 12;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Of a type that no kernel sends by itself: 0x88b5, for experiments. */
  private static byte[] frame(int mark) {
    byte[] frame = new byte[60];
    Arrays.fill(frame, 0, ETHERTYPE, (byte) 2);
    frame[ETHERTYPE] = (byte) 0x88;
    frame[ETHERTYPE + 1] = (byte) 0xb5;
    frame[frame.length - 1] = (byte) mark;
    return frame;
  }

  private static byte[] next(PacketSocket socket) {
    Instant end = Instant.now().plus(PATIENCE);
    while (Instant.now().isBefore(end)) {
      byte[] frame = socket.receive().orElse(null);
      if (frame != null && frame[ETHERTYPE] == (byte) 0x88) {
        return frame;
      }
    }
    throw new AssertionError("no frame in " + PATIENCE);
  }

  @Test
  void whatOneEndSendsTheOtherReceivesAsItIsAndTheSenderDoesNot() {
    try (VethPair pair = new VethPair(); PacketSocket left = PacketSocket.open("left"); PacketSocket right = PacketSocket.open("right")) {
      assertThat(pair.left()).isNotEqualTo(pair.right());
      left.send(frame(1));
      assertThat(next(right)).isEqualTo(frame(1));
      right.send(frame(2));
      assertThat(next(left)).isEqualTo(frame(2));
    }
  }

  @Test
  void anInterfaceThatIsNotThereIsNamed() {
    assertThatExceptionOfType(BpfException.class).isThrownBy(() -> PacketSocket.open("nowhere0")).withMessageContaining("nowhere0");
  }
}
