// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** At least 10,000 random valid packets a hook, each compared with the oracle. Needs root and BPF, and fails without. */
class RandomPacketTest {
  private static final int PACKETS = 12_000;
  private static final int MTU = 1500;

  @ParameterizedTest
  @EnumSource(Hook.class)
  void everyValidPacketIsForwardedAsTheOracleSays(Hook hook) {
    long seed = Seeds.of("xlvs.seed");
    try (Lab lab = new Lab();
        Bench bench = new Bench(Worlds.everything(lab, MTU), lab, hook)) {
      RandomTraffic traffic = new RandomTraffic(seed, bench, lab);
      while (traffic.packets() < PACKETS) {
        Seeds.attempt(seed, traffic::step);
      }
      assertThat(traffic.packets()).isGreaterThanOrEqualTo(PACKETS);
    }
  }
}
