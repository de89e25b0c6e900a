// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Hosts as they come, with checksum and segmentation offload, and xlvsd with no word on how to attach: it must find out what serves them. */
class AutoForwardingTest extends ForwardingCases {
  private static final int BODY_BYTES = 60_000;

  @RegisterExtension static final LabExtension LAB = new LabExtension(LabOptions.DEFAULT.asTheyCome());

  @Override
  LabExtension lab() {
    return LAB;
  }

  @Override
  String attachMode() {
    return "tc";
  }

  @Test
  void theStatusAndTheLogSayWhyItIsNotNative() {
    assertThat(LAB.director().lbctl("status").lines().filter(line -> line.startsWith("eth")))
        .hasSize(2).allMatch(line -> line.contains("half a checksum") && line.contains("--attach-mode native"));
    assertThat(LAB.director().log()).contains("half a checksum");
  }

  /** The first data of a connection, which in FULLNAT tells the server who the client is, comes in segments larger than the MTU. */
  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("modesAndFamilies")
  void anUploadInLargeSegmentsArrives(Mode mode, Family family) throws IOException {
    try (Socket socket = LAB.client().open(mode.vip(family), Mode.HTTP_PORT)) {
      String head = "POST / HTTP/1.1\r\nHost: lab\r\nConnection: close\r\nContent-Length: " + BODY_BYTES + "\r\n\r\n";
      socket.getOutputStream().write((head + "x".repeat(BODY_BYTES)).getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Answer answer = Answer.parse(text.substring(text.indexOf("\r\n\r\n") + 4), socket.getLocalPort());
      assertThat(answer.saw(family.client())).as("%s", answer).isTrue();
    }
  }
}
