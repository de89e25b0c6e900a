// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HousekeepingTest {
  @Test
  void sweepsTakeATwentiethOfACpu() {
    long start = 5_000_000_000L;
    long took = 150_000_000;
    long next = Housekeeping.restAfter(start, start + took);
    assertThat(took / (double) (next - start)).isEqualTo(0.05);
  }
}
