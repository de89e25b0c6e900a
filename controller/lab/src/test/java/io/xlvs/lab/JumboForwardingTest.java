// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Frames larger than a page, which reach XDP in fragments. */
class JumboForwardingTest extends ForwardingCases {
  private static final int JUMBO_MTU = 9000;
  private static final int PAGE_BYTES = 4096;

  @RegisterExtension static final LabExtension LAB = new LabExtension(LabOptions.DEFAULT.withMtu(JUMBO_MTU));

  @Override
  LabExtension lab() {
    return LAB;
  }

  @Override
  String attachMode() {
    return "native";
  }

  @ParameterizedTest
  @EnumSource(Family.class)
  void packetsOfADownloadAreLargerThanAPage(Family family) throws IOException {
    long packets = figure(Mode.NAT, family, 4);
    long bytes = figure(Mode.NAT, family, 6);
    Client.result(LAB.client().download(Mode.NAT.vip(family), Mode.HTTP_PORT, 50_000_000));
    long meanBytes = (figure(Mode.NAT, family, 6) - bytes) / (figure(Mode.NAT, family, 4) - packets);
    assertThat(meanBytes).isGreaterThan(PAGE_BYTES);
  }
}
