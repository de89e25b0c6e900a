// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Capacities;
import io.xlvs.bpf.Family;
import io.xlvs.bpf.Method;
import io.xlvs.bpf.Sweep;
import io.xlvs.loader.Program;
import io.xlvs.loader.TestRunResult;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** New connections: handshake and first packet of data, beside floor D; and what a flood of SYNs does to established ones. */
final class NewConnections implements Part {
  private static final double OF_FLOOR_D = 1.5;
  static final int CLIENTS = 1 << 24;
  static final int LINES = 1 << 16;

  /** Of xlvsd's own defaults. */
  static final int CONNECTIONS = 1 << 20;
  static final int HALF_OPEN = 1 << 18;

  @Override
  public String name() {
    return "connections";
  }

  @Override
  public String title() {
    return """
        Nanoseconds for SYN, SYN-ACK (NAT and FULLNAT: DR and TUN do not see it), ACK and one packet of data of a new connection together,
        each connection another client's, into tables for a million, net of the harness, beside floor D in the same turns.""";
  }

  @Override
  public void run(Report report) {
    Machine.pinThread();
    try (Lab lab = new Lab(); Exchange exchange = new Exchange(lab.uplink)) {
      handshakes(report, lab, exchange);
      new Flood(report, lab, exchange).run();
    }
  }

  static Capacities capacities(int connections, int halfOpen) {
    return new Capacities(connections, halfOpen, 1024, 1024, 1 << 14, 1 << 14, 1 << 18, 1 << 12, 1 << 10, 1 << 10, 64, LINES);
  }

  private static void handshakes(Report report, Lab lab, Exchange exchange) {
    int turns = report.quick() ? 3 : 7;
    int connections = report.quick() ? 1 << 14 : 1 << 15;
    try (Director director = new Director(lab, capacities(CONNECTIONS, HALF_OPEN));
        FloorD floor = new FloorD(CONNECTIONS, HALF_OPEN, LINES)) {
      for (Method method : List.of(Method.DR, Method.TUN, Method.NAT, Method.FULLNAT)) {
        Plan plan = Plan.of(method, Family.IPV4, Transport.TCP);
        List<Exchange.Step> steps = Exchange.handshake(plan, CLIENTS);
        exchange.send(steps);
        Turns all = Turns.take(turns, () -> withBase(exchange, connections, steps.size(), () -> new double[] {
            ours(exchange, director, plan, connections, steps.size()), floor(exchange, floor, plan, connections, steps.size())}));
        report.add(Figure.of(method + " v4 new connection", "ns", all.net(0)).beside("floor D", all.net(1), Bar.ratioAtMost(OF_FLOOR_D)));
        report.add(Figure.of(method + " v4 new connections a second", "k/s", inverse(all.net(0))));
      }
      for (Method method : report.quick() ? List.<Method>of() : List.of(Method.DR, Method.TUN, Method.NAT, Method.FULLNAT)) {
        Plan plan = Plan.of(method, Family.IPV6, Transport.TCP);
        List<Exchange.Step> steps = Exchange.handshake(plan, CLIENTS);
        exchange.send(steps);
        Turns all = Turns.take(turns, () -> withBase(exchange, connections, steps.size(),
            () -> new double[] {ours(exchange, director, plan, connections, steps.size())}));
        report.add(Figure.of(method + " v6 new connection", "ns", all.net(0)));
      }
    }
  }

  private static Series inverse(Series ns) {
    return new Series(Arrays.stream(ns.values()).map(each -> 1e6 / each).toArray());
  }

  /** A turn: the harness is measured before and after. */
  private static Turns.Turn withBase(Exchange exchange, int times, int steps, Supplier<double[]> measured) {
    double before = base(exchange, times, steps);
    double[] ns = measured.get();
    return new Turns.Turn(Math.max(before, base(exchange, times, steps)), ns);
  }

  private static double base(Exchange exchange, int times, int steps) {
    return timed(exchange, exchange.sendBack(), times, steps);
  }

  private static double ours(Exchange exchange, Director director, Plan plan, int connections, int steps) {
    long before = director.packets(plan);
    long begun = director.begun(plan);
    double ns = timed(exchange, director.xdp(), connections, steps);
    require("packets of xlvs", director.packets(plan) - before, (long) connections * steps);
    require("connections begun by xlvs", director.begun(plan) - begun, connections);
    Sweep sweep = director.sweep(false);
    require("connections of xlvs", sweep.connections(), connections);
    require("half-open connections of xlvs", sweep.halfOpen(), 0);
    director.forget(plan);
    return ns;
  }

  private static double floor(Exchange exchange, FloorD floor, Plan plan, int connections, int steps) {
    long before = floor.packets(plan);
    long begun = floor.begun(plan);
    double ns = timed(exchange, floor.program(), connections, steps);
    require("packets of floor D", floor.packets(plan) - before, (long) connections * steps);
    require("connections begun by floor D", floor.begun(plan) - begun, connections);
    FloorD.Entries entries = floor.wipe();
    require("connections of floor D", entries.established(), connections);
    require("server's tuples of floor D", entries.replies(), plan.translates() ? connections : 0);
    require("half-open connections of floor D", entries.halfOpen() + entries.halfReplies(), 0);
    return ns;
  }

  /** Nanoseconds of one exchange, the harness included. */
  static double timed(Exchange exchange, Program program, int times, int steps) {
    TestRunResult result = exchange.run(program, times * steps);
    require("the last packet's verdict", result.returnValue(), Meter.XDP_TX);
    return (double) result.durationNs() * steps;
  }

  /** What loses packets or connections looks fast. */
  static void require(String what, long is, long expected) {
    if (is != expected) {
      throw new IllegalStateException(what + ": " + is + " instead of " + expected);
    }
  }
}
