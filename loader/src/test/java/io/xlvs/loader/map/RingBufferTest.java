// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.xlvs.loader.BpfException;
import io.xlvs.loader.Collection;
import io.xlvs.loader.Program;
import io.xlvs.loader.TestRunOptions;
import io.xlvs.loader.testing.FdLeakExtension;
import io.xlvs.loader.testing.TestObjects;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The ring buffer and the tail-call array of events.bpf.c. */
@ExtendWith(FdLeakExtension.class)
class RingBufferTest {
  private static final int XDP_ABORTED = 0;
  private static final int XDP_PASS = 2;
  private static final int XDP_TX = 3;

  private final Collection collection = TestObjects.spec("events").load();

  @AfterEach
  void close() {
    collection.close();
  }

  private int emit(int lengthBytes) {
    return collection.program("emit").testRun(TestRunOptions.packet(new byte[lengthBytes])).returnValue();
  }

  @Test
  void recordsArriveInOrder() {
    List<String> seen = new ArrayList<>();
    try (RingBuffer ring =
        new RingBuffer(collection.map("events"), record -> seen.add(record.remaining() + ":" + record.getInt() + "#" + record.getInt()))) {
      assertThat(ring.poll(0)).isZero();
      assertThat(emit(60)).isEqualTo(XDP_PASS);
      assertThat(emit(99)).isEqualTo(XDP_PASS);
      assertThat(ring.poll(1000)).isEqualTo(2);
      assertThat(seen).containsExactly("8:60#0", "8:99#1");

      emit(70);
      assertThat(ring.consume()).isEqualTo(1);
      assertThat(seen).hasSize(3);
    }
  }

  @Test
  void handlersFailureComesOutAndTheRecordIsConsumed() {
    try (RingBuffer ring =
        new RingBuffer(collection.map("events"), record -> {
          throw new IllegalArgumentException("length " + record.getInt());
        })) {
      emit(60);
      emit(61);
      assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> ring.poll(1000)).withMessage("length 60");
      assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(ring::consume).withMessage("length 61");
      assertThat(ring.consume()).isZero();
    }
  }

  @Test
  void unreadBufferFillsUpAndRecovers() {
    int written = 0;
    while (emit(60) == XDP_PASS) {
      written++;
    }
    assertThat(written).isEqualTo(4096 / 16 - 1);
    try (RingBuffer ring = new RingBuffer(collection.map("events"), record -> {})) {
      assertThat(ring.consume()).isEqualTo(written);
      assertThat(emit(60)).isEqualTo(XDP_PASS);
    }
  }

  @Test
  void otherMapsAreRefusedWithLibbpfsWords() {
    assertThatExceptionOfType(BpfException.class)
        .isThrownBy(() -> new RingBuffer(collection.map("targets"), record -> {}))
        .withMessageStartingWith("open ring buffer 'targets': EINVAL")
        .withMessageContaining("not BPF_MAP_TYPE_RINGBUF");
  }

  @Test
  void closedConsumersRefuseToPoll() {
    RingBuffer ring = new RingBuffer(collection.map("events"), record -> {});
    ring.close();
    ring.close();
    assertThatIllegalStateException().isThrownBy(() -> ring.poll(0));
  }

  @Test
  void tailCallsGoWhereTheArraySays() {
    Program dispatch = collection.program("dispatch");
    ProgArray targets = ProgArray.of(collection.map("targets"));
    TestRunOptions packet = TestRunOptions.packet(new byte[60]);

    assertThat(dispatch.testRun(packet).returnValue()).isEqualTo(XDP_ABORTED);
    targets.set(2, collection.program("target"));
    assertThat(dispatch.testRun(packet).returnValue()).isEqualTo(XDP_TX);
    assertThat(targets.programId(2)).contains(collection.program("target").info().id());
    assertThat(collection.map("targets", Codecs.U32, Codecs.U32).entries()).hasSize(1);
    assertThat(targets.clear(2)).isTrue();
    assertThat(targets.clear(2)).isFalse();
    assertThat(targets.programId(2)).isEmpty();
    assertThat(dispatch.testRun(packet).returnValue()).isEqualTo(XDP_ABORTED);
  }
}
