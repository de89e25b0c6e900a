// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Abi;
import io.xlvs.bpf.Stats;
import org.junit.jupiter.api.Test;

/** Counters and rates of servers, services and the director on real maps, step by step. Needs root. */
class CountersTest extends ControllerOnMaps {
  private int period;

  private ServerSlot slot(int number) {
    return applied.get(KEY).slots.get(nat(number).key());
  }

  /** What the data plane does for so many packets of 60 bytes towards a server, the first by the slow way. */
  private void traffic(int number, long packets) {
    objects.serverBusy().putInt(slot(number).index * 8L, period);
    forward(number, packets);
  }

  /** The same by the flow cache alone. */
  private void forward(int number, long packets) {
    long at = (long) slot(number).index * Stats.LAYOUT.size();
    add(at + Stats.LAYOUT.offset("in_packets"), packets);
    add(at + Stats.LAYOUT.offset("in_bytes"), 60 * packets);
  }

  private void add(long at, long more) {
    objects.serverStats().putLong(at, objects.serverStats().getLong(at) + more);
  }

  /** Two seconds pass; how many servers were looked at. */
  private int step() {
    period += 4;
    tables.counters().beginStep(period);
    int stepped = tables.counters().stepServers(0, Integer.MAX_VALUE);
    tables.counters().endStep();
    return stepped;
  }

  private Counters service() {
    AppliedService service = applied.get(KEY);
    return tables.counters().service(service.index, service.slots.values());
  }

  private void start() throws DataPlaneException {
    period = objects.period();
    apply(service("rr", nat(1), nat(2), nat(3)));
    step();
  }

  @Test
  void aServicesRateIsEstimatedAndNotTheSumOfRoundedOnes() throws Exception {
    start();
    for (int number = 1; number <= 3; number++) {
      traffic(number, 3);
    }
    step();
    for (int number = 1; number <= 3; number++) {
      // 3 packets: 3 << 9, a quarter of it is 384 / 1024.
      assertThat(tables.counters().server(slot(number).index).inPacketsPerSecond()).isZero();
      assertThat(tables.counters().server(slot(number).index).inBytesPerSecond()).isEqualTo(22);
    }
    assertThat(service().inPacketsPerSecond()).isEqualTo(1);
    assertThat(service().inBytesPerSecond()).as("67.5, not 66").isEqualTo(67);
    assertThat(tables.counters().director()).isEqualTo(service());
    assertThat(service().inPackets()).isEqualTo(9);
  }

  @Test
  void serversAtRestAreNotLookedAtAndNoPacketIsMissed() throws Exception {
    start();
    for (int i = 0; i < 2 * Abi.FRESH_PERIODS / 4; i++) {
      step();
    }
    assertThat(step()).isZero();
    traffic(2, 100);
    assertThat(step()).isEqualTo(1);
    long rate = tables.counters().server(slot(2).index).inPacketsPerSecond();
    assertThat(rate).isEqualTo(12);
    // The flow cache forwards until its entry has to be checked.
    int until = period - 4 + Abi.FRESH_PERIODS;
    while (period + 4 < until) {
      forward(2, 100);
      assertThat(step()).isEqualTo(1);
    }
    forward(2, 100);
    step();
    assertThat(tables.counters().server(slot(2).index).inPacketsPerSecond()).isEqualTo(service().inPacketsPerSecond()).isGreaterThan(45);
    int steps = 0;
    for (; step() > 0; steps++) {
      assertThat(steps).as("it comes to rest").isLessThan(100);
    }
    assertThat(service().inPacketsPerSecond()).isZero();
    assertThat(tables.counters().director().inPackets()).isEqualTo(service().inPackets());
  }

  @Test
  void theDirectorsTotalsOutliveServersServicesAndARestart() throws Exception {
    start();
    traffic(1, 10);
    step();
    apply();
    pass(61);
    assertThat(applied).as("the service is gone").isEmpty();
    assertThat(tables.counters().director().inPackets()).isEqualTo(10);
    startController();
    assertThat(tables.counters().director().inPackets()).isEqualTo(10);

    start();
    assertThat(service().inPackets()).as("a new service counts from zero").isZero();
    traffic(2, 5);
    step();
    reconciler.zero(applied.get(KEY));
    assertThat(service().inPackets()).isZero();
    assertThat(tables.counters().director().inPackets()).as("-Z of one service").isEqualTo(15);
    traffic(2, 1);
    step();
    assertThat(tables.counters().director().inPackets()).isEqualTo(16);
    startController();
    apply(service("rr", nat(1), nat(2), nat(3)));
    assertThat(tables.counters().director().inPackets()).isEqualTo(16);
    reconciler.zero(applied.get(KEY));
    tables.counters().zeroDirector();
    assertThat(tables.counters().director()).isEqualTo(Counters.ZERO);
  }
}
