// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The other encapsulations of TUN, and outer headers of the other family. */
@Tag("end-to-end")
class TunnelTest {
  private static final int PORT = 81;
  private static final long DOWNLOAD_BYTES = 20_000_000;

  @RegisterExtension static final LabExtension LAB = new LabExtension(LabOptions.DEFAULT);

  static Stream<Arguments> tunnels() {
    return Stream.of(
            List.of("ipip"),
            List.of("gre"),
            List.of("gre", "--tun-csum"),
            List.of("gue", "--tun-port", "6080"),
            List.of("gue", "--tun-port", "6080", "--tun-csum"))
        .flatMap(tunnel -> Arrays.stream(Family.values())
            .flatMap(inner -> Arrays.stream(Family.values()).map(outer -> Arguments.of(tunnel, inner, outer))));
  }

  @ParameterizedTest(name = "{0} {1} in {2}")
  @MethodSource("tunnels")
  void requestsAndADownloadPassTheTunnel(List<String> tunnel, Family inner, Family outer) throws IOException {
    String vip = Mode.TUN.vip(inner);
    String service = inner.withPort(vip, PORT);
    LAB.director().lbctl("-A", "-t", service, "-s", "rr");
    try {
      for (int number = 1; number <= Family.SERVERS; number++) {
        List<String> line = new ArrayList<>(List.of("-a", "-t", service, "-r", outer.withPort(outer.server(number), PORT), "-i", "--tun-type"));
        line.addAll(tunnel);
        LAB.director().lbctl(line.toArray(String[]::new));
      }
      List<Answer> answers = new ArrayList<>();
      for (int i = 0; i < Family.SERVERS; i++) {
        answers.add(LAB.client().get(vip, PORT));
      }
      assertThat(answers).extracting(Answer::server).containsExactlyInAnyOrder("rs1", "rs2", "rs3");
      assertThat(answers).allMatch(answer -> answer.saw(inner.client()));
      assertThat(Client.result(LAB.client().download(vip, PORT, DOWNLOAD_BYTES))).isEqualTo(DOWNLOAD_BYTES);
    } finally {
      LAB.director().lbctl("-D", "-t", service);
    }
  }
}
