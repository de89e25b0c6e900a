// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Family;
import io.xlvs.bpf.Method;
import io.xlvs.bpf.Pick;
import io.xlvs.loader.Program;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Packets of established connections among those of a flood from forged addresses, which needs ten times as many half-open entries
 * as there are. What they cost is what both take together more than the flood alone. Afterwards each connection must be where it was
 * and lead where it led. Floor D, whose table of handshakes is of the same kind, tells what that table costs by itself.
 */
final class Flood {
  private static final int TIMES_HALF_OPEN = 10;
  private static final int CONNECTIONS = 1 << 14;
  private static final int SERVERS = 16;
  private static final double MORE_DURING_FLOOD = 1.2;

  /** Packets of established connections for each one of the flood. */
  private static final int[] MIXES = {1, 7};

  /** Below each other in a turn: established alone, the flood alone, and with each mix. */
  private static final int ALONE = 0;
  private static final int FLOOD = 1;
  private static final int FIRST_MIX = 2;
  private static final int MEASURED = FIRST_MIX + MIXES.length;

  private final Report report;
  private final Lab lab;
  private final Exchange exchange;
  private final int halfOpen;
  private final int kept;
  private final int forgedEach;

  Flood(Report report, Lab lab, Exchange exchange) {
    this.report = report;
    this.lab = lab;
    this.exchange = exchange;
    halfOpen = report.quick() ? 1 << 15 : NewConnections.HALF_OPEN;
    kept = report.quick() ? 3 : 7;
    forgedEach = TIMES_HALF_OPEN * halfOpen / (Turns.taken(kept) * (MEASURED - 1)) + 1;
  }

  void run() {
    try (Director director = new Director(lab, NewConnections.capacities(NewConnections.CONNECTIONS, halfOpen));
        FloorD floor = new FloorD(NewConnections.CONNECTIONS, halfOpen, NewConnections.LINES)) {
      measure(director, floor, Method.DR, Transport.TCP);
      measure(director, floor, Method.NAT, Transport.TCP);
      if (!report.quick()) {
        measure(director, floor, Method.DR, Transport.UDP);
      }
    }
  }

  private void measure(Director director, FloorD floor, Method method, Transport transport) {
    Plan plan = Plan.of(method, Family.IPV4, transport);
    boolean hasFloor = transport == Transport.TCP;
    int[] servers = establish(director, plan);
    if (hasFloor) {
      shakeHands(floor.program(), plan);
    }
    Turns turns = Turns.take(kept, () -> {
      double before = timed(exchange.sendBack(), List.of(established(plan)));
      double[] ours = measure(director.xdp(), plan);
      double[] floors = hasFloor ? measure(floor.program(), plan) : new double[0];
      double base = Math.max(before, timed(exchange.sendBack(), List.of(established(plan))));
      return new Turns.Turn(base, DoubleStream.concat(Arrays.stream(ours), Arrays.stream(floors)).toArray());
    });
    String name = method + " v4 " + transport;
    for (int i = 0; i < MIXES.length; i++) {
      Figure ours = figure(name, turns, 0, i, hasFloor ? Bar.ratioAtMost(MORE_DURING_FLOOD) : Bar.NONE);
      if (hasFloor) {
        report.add(ours.limitedBy("floor D", mixed(turns, MEASURED, i), turns.net(MEASURED + ALONE)));
        report.add(figure(name + " of floor D", turns, MEASURED, i, Bar.NONE));
      } else {
        report.add(ours);
      }
    }
    report.add(Figure.of(name + " packet of a flood", "ns", turns.net(FLOOD)));
    double broken = broken(director, plan, servers);
    report.add(Figure.of(name + " broken by a flood", "", new Series(new double[] {broken})).asked(Bar.atMost(0)));
  }

  /** @param first of a program's measurements in a turn */
  private static Figure figure(String name, Turns turns, int first, int mix, Bar bar) {
    return Figure.of(name + " hit, flood 1 in " + (1 + MIXES[mix]), "ns", mixed(turns, first, mix))
        .beside("without", turns.net(first + ALONE), bar);
  }

  private static Series mixed(Turns turns, int first, int mix) {
    return turns.net(first + FIRST_MIX + mix);
  }

  /** A packet of each kind, the harness once included. */
  private double[] measure(Program program, Plan plan) {
    double[] ns = new double[MEASURED];
    ns[ALONE] = timed(program, List.of(established(plan)));
    ns[FLOOD] = timed(program, List.of(forged(plan)));
    for (int i = 0; i < MIXES.length; i++) {
      List<Exchange.Step> steps = new ArrayList<>();
      steps.add(forged(plan));
      steps.addAll(Collections.nCopies(MIXES[i], established(plan)));
      ns[FIRST_MIX + i] = (timed(program, steps) - ns[FLOOD]) / MIXES[i];
    }
    return ns;
  }

  /** Makes the connections as packets do, to several servers; those of UDP are written. Returns each one's server. */
  private int[] establish(Director director, Plan plan) {
    if (plan.transport() == Transport.UDP) {
      director.establish(plan, CONNECTIONS);
    } else {
      director.schedule(plan, Pick.NEXT, SERVERS);
      shakeHands(director.xdp(), plan);
    }
    int[] servers = new int[CONNECTIONS];
    for (int flow = 0; flow < CONNECTIONS; flow++) {
      servers[flow] = director.serverOf(plan, flow);
      NewConnections.require("1 if flow " + flow + " is established before the flood", servers[flow] < 0 ? 0 : 1, 1);
    }
    return servers;
  }

  private void shakeHands(Program program, Plan plan) {
    List<Exchange.Step> steps = Exchange.handshake(plan, CONNECTIONS);
    exchange.send(steps);
    exchange.run(program, CONNECTIONS * steps.size());
  }

  private static Exchange.Step established(Plan plan) {
    return new Exchange.Step(Shape.request(plan, Frames.ACK, CONNECTIONS), 0, true, false);
  }

  /** Each from another address and port, none of them an established connection's. */
  static Exchange.Step forged(Plan plan) {
    return new Exchange.Step(Shape.request(plan, Frames.SYN, NewConnections.CLIENTS).from(1 << 15), 1, true, false);
  }

  /** The flood goes on where it stopped. */
  private double timed(Program program, List<Exchange.Step> steps) {
    exchange.sendOn(steps);
    return NewConnections.timed(exchange, program, forgedEach, steps.size());
  }

  /** How many of the connections are not there any more, or lead to another server, by their own next packet. */
  private double broken(Director director, Plan plan, int[] servers) {
    int broken = 0;
    exchange.send(List.of(established(plan)));
    for (int i = 0, flow = Flows.next(0, CONNECTIONS); i < CONNECTIONS; i++, flow = Flows.next(flow, CONNECTIONS)) {
      long before = director.received(servers[flow]);
      exchange.run(director.xdp(), 1);
      boolean arrived = director.received(servers[flow]) == before + 1;
      broken += arrived && director.serverOf(plan, flow) == servers[flow] ? 0 : 1;
    }
    return broken;
  }
}
