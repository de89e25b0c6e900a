// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Capacities;
import io.xlvs.bpf.Family;
import io.xlvs.loader.TestRunResult;
import io.xlvs.perf.Scenario.Situation;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The floor does the data plane's work, no less: from the same packet both make the same one. Needs root. */
class ForwardingTest {
  private static final int PACKETS = 100;

  @Test
  void floorAndDataPlaneSendTheSamePackets() {
    Capacities capacities = new Capacities(1024, 1024, 64, 64, 64, 64, 1 << 12, 1 << 12, 16, 16, 16, 1024, 1024);
    try (Lab lab = new Lab();
        Harness harness = new Harness(lab.uplink);
        Director director = new Director(lab, capacities, 0);
        Floor floor = new Floor(1024)) {
      for (Mode mode : Mode.values()) {
        for (Family family : Family.values()) {
          for (Transport transport : Transport.values()) {
            Scenario scenario = new Scenario(mode, family, transport, Situation.HIT);
            director.establish(scenario.plan(), 1);
            floor.establish(scenario.plan(), mode.reply, 1);
            harness.send(scenario.shape());
            long before = director.packets(scenario.plan());
            TestRunResult ours = harness.run(director.xdp(), PACKETS);
            TestRunResult theirs = harness.run(floor.program(mode), PACKETS);
            assertThat(director.packets(scenario.plan()) - before).as(scenario.label()).isEqualTo(PACKETS);
            assertThat(ours.returnValue()).as(scenario.label()).isEqualTo(Meter.XDP_TX);
            assertThat(theirs.returnValue()).as(scenario.label()).isEqualTo(Meter.XDP_TX);
            int l2 = mode.reply ? Frames.ETHERNET : 0; // the floor sends all it sends to one neighbour
            assertThat(Arrays.copyOfRange(theirs.out(), l2, theirs.out().length))
                .as(scenario.label())
                .isEqualTo(Arrays.copyOfRange(ours.out(), l2, ours.out().length));
          }
        }
      }
    }
  }
}
