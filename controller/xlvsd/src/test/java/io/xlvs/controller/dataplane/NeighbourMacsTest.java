// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.controller.net.Neighbour;
import io.xlvs.controller.service.IpAddress;
import org.junit.jupiter.api.Test;

class NeighbourMacsTest {
  private final NeighbourMacs macs = new NeighbourMacs();

  @Test
  void aGatewayThatFailsOverHasMoved() {
    assertThat(macs.moved(usable(1, 0xa))).as("first seen").isFalse();
    assertThat(macs.moved(usable(1, 0xa))).as("seen again").isFalse();
    assertThat(macs.moved(usable(1, 0xb))).as("another address").isTrue();
    assertThat(macs.moved(usable(1, 0xb))).as("stays there").isFalse();
  }

  @Test
  void aGatewayThatWasLostMeanwhileHasMovedToo() {
    macs.moved(usable(1, 0xa));
    assertThat(macs.moved(new Neighbour(1, IpAddress.parse("10.0.0.254"), 0, false, false, false))).as("lost").isFalse();
    assertThat(macs.moved(usable(1, 0xb))).isTrue();
  }

  @Test
  void theSameAddressOnAnotherInterfaceIsAnotherNeighbour() {
    macs.moved(usable(1, 0xa));
    assertThat(macs.moved(usable(2, 0xb))).isFalse();
  }

  private static Neighbour usable(int ifindex, long mac) {
    return new Neighbour(ifindex, IpAddress.parse("10.0.0.254"), mac, true, false, false);
  }
}
