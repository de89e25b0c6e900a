// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.loader.Bpf;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PrintCaptureTest {
  private final List<String> handled = new ArrayList<>();

  @BeforeEach
  void listen() {
    Bpf.availability().ensure();
    Bpf.setPrintHandler(handled::add);
  }

  @AfterEach
  void stopListening() {
    Bpf.setPrintHandler(message -> {});
  }

  /** libbpf complains, with a number formatted into its words. */
  private static void provoke() {
    assertThat(Native.bpf().ring_buffer__new(-17, (context, data, size) -> 0, 0, 0)).isZero();
  }

  @Test
  void messagesOutsideACaptureGoToTheHandler() {
    provoke();
    assertThat(handled).singleElement().asString().contains("fd=-17").doesNotContain("%d").doesNotEndWith("\n");
  }

  @Test
  void takenMessagesBelongToTheTaker() {
    try (PrintCapture capture = PrintCapture.open()) {
      provoke();
      assertThat(capture.take()).contains("fd=-17");
    }
    assertThat(handled).isEmpty();
  }

  @Test
  void messagesThatNobodyTookReachTheHandler() {
    try (PrintCapture capture = PrintCapture.open(); PrintCapture inner = PrintCapture.open()) {
      provoke();
      assertThat(capture.take()).isEmpty();
      assertThat(inner).isNotNull();
    }
    assertThat(handled).hasSize(1);
  }
}
