// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.Tunnel;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The ring of a service that is ring first: quiesced servers have no place, and nobody else's place moves for them. */
class WithoutQuiescedTest {
  private static RealServer server(int number, int weight) {
    return new RealServer(
        IpAddress.ofIpv4(0x0a010000 + number), 80, ForwardingMethod.DR, weight, Math.max(weight, 1), 0, 0, Tunnel.DEFAULT, 1);
  }

  @Test
  void aQuiescedServersPlacesAndNoOthersGoToTheRest() {
    List<RealServer> open = List.of(server(1, 2), server(2, 1), server(3, 1));
    List<RealServer> quiesced = List.of(server(1, 2), server(2, 0), server(3, 1));
    Scheduler scheduler = new WithoutQuiesced(new MaglevHashing());
    int[] before = scheduler.ring(open).entries();
    int[] after = scheduler.ring(quiesced).entries();
    int[] rest = new MaglevHashing().ring(List.of(server(1, 2), server(3, 1))).entries();
    assertThat(before).isEqualTo(new MaglevHashing().ring(open).entries()).contains(1);
    for (int place = 0; place < before.length; place++) {
      assertThat(after[place]).as("place %d", place).isEqualTo(before[place] != 1 ? before[place] : rest[place] == 0 ? 0 : 2);
    }
  }

  @Test
  void withoutAUsableServerThereIsNoRing() {
    for (Scheduler scheduler : List.of(new SourceHashing(), new MaglevHashing(), new MinimalMaglev())) {
      assertThat(new WithoutQuiesced(scheduler).ring(List.of(server(1, 0), server(2, 0))).entries()).as(scheduler.name()).isEmpty();
      assertThat(new WithoutQuiesced(scheduler).places()).isEqualTo(scheduler.ring(List.of(server(1, 1))).entries().length);
    }
  }
}
