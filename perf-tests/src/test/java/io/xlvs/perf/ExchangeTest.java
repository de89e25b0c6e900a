// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Family;
import io.xlvs.bpf.Method;
import io.xlvs.loader.TestRunResult;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Floor D and the data plane do the same work for a new connection, packet by packet. Needs root. */
class ExchangeTest {
  private static final int FLOWS = 1 << 10;

  @Test
  void floorAndDataPlaneSendTheSamePacketsOfAHandshake() {
    try (Lab lab = new Lab();
        Director director = new Director(lab, NewConnections.capacities(FLOWS, FLOWS));
        FloorD floor = new FloorD(FLOWS, FLOWS, 1024);
        Exchange toDirector = new Exchange(lab.uplink);
        Exchange toFloor = new Exchange(lab.uplink)) {
      for (Method method : Method.values()) {
        Plan plan = Plan.of(method, Family.IPV4, Transport.TCP);
        List<Exchange.Step> steps = Exchange.handshake(plan, FLOWS);
        toDirector.send(steps);
        toFloor.send(steps);
        for (int i = 0; i < 3 * steps.size(); i++) {
          String which = method + ", packet " + i;
          TestRunResult ours = toDirector.run(director.xdp(), 1);
          TestRunResult theirs = toFloor.run(floor.program(), 1);
          assertThat(ours.returnValue()).as(which).isEqualTo(Meter.XDP_TX);
          assertThat(theirs.returnValue()).as(which).isEqualTo(Meter.XDP_TX);
          int l2 = steps.get(i % steps.size()).answers() ? Frames.ETHERNET : 0; // floors send all they send to one neighbour
          assertThat(Arrays.copyOfRange(theirs.out(), l2, theirs.out().length))
              .as(which)
              .isEqualTo(Arrays.copyOfRange(ours.out(), l2, ours.out().length));
        }
        assertThat(floor.wipe()).isEqualTo(new FloorD.Entries(3, plan.translates() ? 3 : 0, 0, 0));
      }
    }
  }

  @Test
  void everyHandshakeOfARunIsAnotherClientsAndEndsInAConnection() {
    try (Lab lab = new Lab();
        Director director = new Director(lab, NewConnections.capacities(4 * FLOWS, 4 * FLOWS));
        Exchange exchange = new Exchange(lab.uplink)) {
      for (Family family : Family.values()) {
        for (Method method : Method.values()) {
          Plan plan = Plan.of(method, family, Transport.TCP);
          List<Exchange.Step> steps = Exchange.handshake(plan, FLOWS);
          exchange.send(steps);
          exchange.run(director.xdp(), FLOWS * steps.size());
          String which = method + ", " + family;
          assertThat(director.begun(plan)).as(which).isEqualTo(FLOWS);
          assertThat(director.packets(plan)).as(which).isEqualTo((long) FLOWS * steps.size());
          assertThat(director.sweep(false).connections()).as(which).isEqualTo(FLOWS);
          director.forget(plan);
          assertThat(director.sweep(false).connections()).as(which).isZero();
        }
      }
    }
  }

  @Test
  void handshakesThatAServerHasAnsweredOutliveAFloodInWhichTheyBegan() {
    int handshakes = 256;
    int halfOpen = 1 << 13;
    try (Lab lab = new Lab(); Exchange exchange = new Exchange(lab.uplink)) {
      for (Method method : List.of(Method.NAT, Method.FULLNAT)) {
        try (Director director = new Director(lab, NewConnections.capacities(1 << 13, halfOpen))) {
          Plan plan = Plan.of(method, Family.IPV4, Transport.TCP);
          List<Exchange.Step> steps = Exchange.handshake(plan, handshakes);
          exchange.send(List.of(Flood.forged(plan)));
          exchange.run(director.xdp(), 2 * halfOpen);
          exchange.sendOn(steps.subList(0, 2));
          exchange.run(director.xdp(), 2 * handshakes);
          exchange.sendOn(List.of(Flood.forged(plan)));
          exchange.run(director.xdp(), 10 * halfOpen);
          exchange.sendOn(List.of(new Exchange.Step(Shape.request(plan, Frames.ACK, handshakes), 0, true, false)));
          exchange.run(director.xdp(), handshakes);
          assertThat(director.sweep(false).connections()).as(method.toString()).isEqualTo(handshakes);
        }
      }
    }
  }
}
