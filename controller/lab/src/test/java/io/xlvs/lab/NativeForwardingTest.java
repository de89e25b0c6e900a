// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Native XDP. */
class NativeForwardingTest extends ForwardingCases {
  private static final int CONNECTIONS = 10_000;

  @RegisterExtension static final LabExtension LAB = new LabExtension(LabOptions.DEFAULT);

  @Override
  LabExtension lab() {
    return LAB;
  }

  @Override
  String attachMode() {
    return "native";
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("modesAndFamilies")
  void tenThousandShortConnectionsAreAllAnsweredWithTheClientsTrueAddress(Mode mode, Family family) throws IOException {
    List<Answer> answers = LAB.client().getMany(mode.vip(family), Mode.HTTP_PORT, CONNECTIONS);
    assertThat(answers).hasSize(CONNECTIONS).allMatch(answer -> answer.saw(family.client()));
    assertThat(perServer(answers)).hasSize(Family.SERVERS)
        .allSatisfy((server, count) -> assertThat(count).isCloseTo(CONNECTIONS / Family.SERVERS, withinPercentage(10)));
  }
}
