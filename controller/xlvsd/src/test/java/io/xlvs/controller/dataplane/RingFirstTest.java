// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.ServiceState;
import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.SchedulerFlag;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.Timeouts;
import io.xlvs.controller.service.Tunnel;
import io.xlvs.controller.service.VirtualService;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ring first: whatever happens to servers, daemon and clock, and in whatever order, no flow that is live and whose server lives ever changes
 * its server. Seeds are fixed; -Dxlvs.ring.histories=N plays other ones. Needs root.
 */
class RingFirstTest extends RingFirstBed {
  private static final int HISTORIES = Integer.getInteger("xlvs.ring.histories", 5);
  private static final int STEPS = 600;

  @ParameterizedTest
  @CsvSource({
    "TCP, sh, RING_FIRST",
    "TCP, sh, RING_FIRST SH_PORT",
    "TCP, mh, RING_FIRST MH_PORT",
    "TCP, mh, RING_FIRST MH_MINIMAL",
    "UDP, sh, RING_FIRST SH_PORT",
  })
  void noLiveFlowOfALivingServerChangesItsServer(Protocol protocol, String scheduler, String flags) {
    Set<SchedulerFlag> set = Arrays.stream(flags.split(" ")).map(SchedulerFlag::valueOf).collect(Collectors.toSet());
    int followed = 0;
    int moved = 0;
    int settled = 0;
    for (long seed = 1; seed <= HISTORIES; seed++) {
      RingFirstModel model = new RingFirstModel(this, seed, protocol, scheduler, set);
      model.play(STEPS);
      model.comeToRest();
      followed += model.followed;
      moved += model.moved;
      settled += model.settled;
    }
    assertThat(followed).as("packets of live flows").isGreaterThan(HISTORIES * STEPS / 10);
    assertThat(moved).as("flows that began again, elsewhere").isGreaterThan(HISTORIES);
    assertThat(settled).as("records that expired").isGreaterThan(HISTORIES);
  }

  /** SYNs of so many clients as the table of records has no room for, while a third of the places change. */
  @Test
  void aFullTableOfRecordsDelaysAChangeAndBreaksNoFlow() {
    ServiceKey.Endpoint key = new ServiceKey.Endpoint(Protocol.TCP, VIP, 80);
    put(service(key, 1, 1));
    Map<Integer, Integer> flows = new HashMap<>();
    for (int client = 0x0a640001; client < 0x0a640001 + 60; client++) {
      flows.put(client, send(key, client, 1024, SYN));
      assertThat(send(key, client, 1024, ACK)).isEqualTo(flows.get(client));
    }
    assertThat(flows.values()).contains(1, 2);
    put(service(key, 1, 5));
    int changing = changing(key);
    assertThat(changing).isPositive();
    age(70);
    tick();
    for (int client = 0x0b000000; client < 0x0b000000 + 80_000; client++) {
      send(key, client, 1024, SYN);
    }
    assertThat(objects.serviceState().getLong(
        (long) applied.get(key).index * ServiceState.LAYOUT.size() + ServiceState.UNRECORDED)).as("flows without a record").isPositive();
    for (int second = 70; second < 4000; second += 300) {
      flows.forEach((client, server) -> assertThat(send(key, client, 1024, ACK)).as("client %x", client).isEqualTo(server));
      if (second <= 1270) { // without the flood it would be 900
        assertThat(changing(key)).as("changing places after %d s", second).isEqualTo(changing);
      }
      age(300);
      tick();
    }
    age(1000);
    tick();
    assertThat(changing(key)).isZero();
    assertThat(objects.ringRecords().entries()).isEmpty();
  }

  private VirtualService service(ServiceKey key, int... weights) {
    List<RealServer> servers = new ArrayList<>();
    for (int i = 0; i < weights.length; i++) {
      servers.add(new RealServer(server(i + 1), 80, ForwardingMethod.TUN, weights[i], weights[i], 0, 0, Tunnel.DEFAULT, 1));
    }
    return new VirtualService(
        key, "sh", Set.of(SchedulerFlag.RING_FIRST), 0, 0, 0, "", false, Timeouts.NONE, servers, List.of(), 1, revision);
  }
}
