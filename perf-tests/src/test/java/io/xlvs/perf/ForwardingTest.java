// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Capacities;
import io.xlvs.bpf.Family;
import io.xlvs.loader.TestRunResult;
import io.xlvs.perf.Scenario.Situation;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A floor does the data plane's work, no less: from the same packet both make the same one. Needs root. */
class ForwardingTest {
  private static final int PACKETS = 100;

  @Tag("kernels")
  @Test
  void floorsAndDataPlaneSendTheSamePackets() {
    Capacities capacities = new Capacities(1024, 1024, 64, 64, 64, 64, 1 << 15, 1 << 12, 16, 16, 16, 1024);
    try (Lab lab = new Lab();
        Harness harness = new Harness(lab.uplink);
        Director director = new Director(lab, capacities);
        Floors floors = new Floors(1024, 1024)) {
      for (Mode mode : Mode.values()) {
        for (Family family : Family.values()) {
          for (Transport transport : Transport.values()) {
            Scenario scenario = new Scenario(mode, family, transport, Situation.HIT);
            director.establish(scenario.plan(), 1);
            floors.a().establish(scenario.plan(), mode.reply, 1);
            byte[] tracked = compare(harness, director, floors, scenario);
            if (mode == Mode.DR || mode == Mode.TUN) {
              for (Situation situation : List.of(Situation.RING_MH, Situation.RING_SH)) {
                Scenario ring = new Scenario(mode, family, transport, situation);
                director.ringFirst(ring.plan(), situation.ring);
                assertThat(compare(harness, director, floors, ring)).as(ring.label()).isEqualTo(tracked);
              }
            }
          }
        }
      }
    }
  }

  /** Returns what the data plane sent. */
  private static byte[] compare(Harness harness, Director director, Floors floors, Scenario scenario) {
    harness.send(scenario.shape());
    long before = director.packets(scenario.plan());
    TestRunResult ours = harness.run(director.xdp(), PACKETS);
    assertThat(director.packets(scenario.plan()) - before).as(scenario.label()).isEqualTo(PACKETS);
    assertThat(ours.returnValue()).as(scenario.label()).isEqualTo(Meter.XDP_TX);
    int l2 = scenario.mode().reply ? Frames.ETHERNET : 0; // floors send all they send to one neighbour
    floors.programs(scenario).forEach((name, floor) -> {
      TestRunResult theirs = harness.run(floor, PACKETS);
      String who = name + ", " + scenario.label();
      assertThat(theirs.returnValue()).as(who).isEqualTo(Meter.XDP_TX);
      assertThat(Arrays.copyOfRange(theirs.out(), l2, theirs.out().length))
          .as(who)
          .isEqualTo(Arrays.copyOfRange(ours.out(), l2, ours.out().length));
    });
    return ours.out();
  }
}
