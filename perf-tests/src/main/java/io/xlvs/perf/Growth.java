// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.loader.Program;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Nanoseconds a packet against the number of services, of connections and of servers. */
final class Growth implements Part {
  @Override
  public String name() {
    return "growth";
  }

  @Override
  public String title() {
    return "Nanoseconds a packet as in packets (IPv4, TCP), against how much is configured; all sizes of a line in the same turns.";
  }

  @Override
  public void run(Report report) {
    Machine.pinThread();
    try (Lab lab = new Lab(); Harness harness = new Harness(lab.uplink)) {
      Meter meter = report.quick() ? new Meter(harness, 3, 50_000, new Patience(1, 3)) : new Meter(harness, 7, 100_000, new Patience(2, 12));
      meter.calibrate(new Scenario(null, io.xlvs.bpf.Family.IPV4, Transport.TCP, Scenario.Situation.NOT_OURS));
      new GrowthOfServices(lab, meter, report).run();
      new GrowthOfServers(lab, meter, report).run();
      new GrowthOfConnections(lab, harness, meter, report).run();
    }
  }

  /**
   * What grows with what.
   *
   * @param plot of the picture: "services", ...
   * @param line in the picture: "DR", ...
   * @param what is done with a packet: "DR hit", ...
   * @param noun "services", ...; the singular lacks the s
   */
  record Line(String plot, String line, String what, String noun) {
    String size(int size) {
      return String.format(Locale.ROOT, "%,d %s", size, size == 1 ? noun.substring(0, noun.length() - 1) : noun);
    }

    String name(int size) {
      return what + ", " + size(size);
    }
  }

  /** What is asked of a size beside the smallest one. */
  interface Asked {
    Bar of(int size);
  }

  /**
   * Reports all sizes of a line, each beside the smallest.
   *
   * @param measured under the names that the line gives to sizes
   */
  static void report(Report report, Line line, List<Integer> sizes, Meter.Measurement measured, Asked asked) {
    int smallest = sizes.get(0);
    for (int size : sizes) {
      Figure figure = Figure.of(line.name(size), "ns", net(measured, line.size(size)))
          .disturbed(measured.disturbed())
          .at(line.plot, line.line, size);
      report.add(size == smallest ? figure : figure.beside(line.size(smallest), net(measured, line.size(smallest)), asked.of(size)));
    }
  }

  /** A program's times less what the harness takes. */
  static Series net(Meter.Measurement measured, String program) {
    return measured.programs().get(program).minus(measured.base().median());
  }

  /** What loses packets looks fast. */
  static void requireAll(String who, long forwarded, Meter.Measurement measured) {
    if (forwarded != measured.packetsEach()) {
      throw new IllegalStateException(who + ": " + forwarded + " of " + measured.packetsEach() + " packets were forwarded");
    }
  }

  /** The same packets for a program of each size. */
  static void put(Map<String, Meter.Sent> sent, Line line, int size, Program program, Shape shape) {
    sent.put(line.size(size), new Meter.Sent(program, shape));
  }
}
