// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import org.junit.jupiter.api.Test;

class ServiceCountsTest {
  private static final ServiceCounts BEFORE = new ServiceCounts(List.of(1000L, 10L), 5000);

  private static void require(long first, long second, long packets) {
    new ServiceCounts(List.of(1000 + first, 10 + second), 5000 + packets).since(BEFORE).require("DR", 300);
  }

  @Test
  void halfOfTheConnectionsEachAndAllPacketsAreSound() {
    require(46, 54, 300);
  }

  @Test
  void packetsThatDidNotComeThroughFail() {
    assertThatIllegalStateException().isThrownBy(() -> require(50, 50, 299)).withMessageContaining("got 299 packets; its clients sent 300");
  }

  @Test
  void aServerThatGotTooFewFails() {
    assertThatIllegalStateException().isThrownBy(() -> require(44, 56, 300)).withMessage("DR: by xlvs's counters real server 1 got 44 of 100 connections");
    assertThatIllegalStateException().isThrownBy(() -> require(56, 44, 300)).withMessageContaining("real server 2 got 44 of 100");
    assertThatIllegalStateException().isThrownBy(() -> require(0, 0, 300)).withMessageContaining("real server 1 got 0 of 0");
  }
}
