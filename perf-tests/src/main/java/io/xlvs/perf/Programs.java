// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Real programs through every method of xlvs, and through two proxies in xlvs's place.
 *
 * <p>Client, director and servers share all CPUs of one machine and leave none idle, so that a request costs what it costs all of them: the
 * time that all CPUs worked, interrupts included, for one request. A director's share of it is what the same request costs more than without
 * one. Whom the kernel charges for XDP, for tc, or for a proxy's interrupts makes no difference to that. It counts against each director the
 * devices that its packets cross besides, and whatever it does to the caches of others. It wants the machine for itself: a run that shared
 * it with other work says "disturbed".
 */
final class Programs implements Part {
  private static final double REQUESTS_OF_HAPROXY = 2;
  private static final double CPU_OF_HAPROXY = 0.25;

  /** Before each turn the machine is left alone for so long; what it works then, it works for others. */
  private static final long REST_MILLIS = 200;

  /** Of all CPUs: more than that, and CPU times are not what requests cost. */
  private static final double REST = 0.05;

  private double[] others;
  private final Map<Load, Map<Contender, List<Load.Burst>>> bursts = new EnumMap<>(Load.class);

  @Override
  public String name() {
    return "programs";
  }

  @Override
  public String title() {
    return """
        wrk (%d connections, answers of 30 bytes) and iperf3 from a client to nginx on two real servers, through xlvsd by default (tc on veth),
        HAProxy (TCP mode) and nginx stream or plain routing, all of them on all CPUs of this machine. CPU is that of the whole machine, user, system and
        interrupts; the director's is what it takes more than without a director, in the same run."""
        .formatted(Wrk.CONNECTIONS);
  }

  @Override
  public void run(Report report) throws IOException {
    List<Contender> contenders = report.quick() ? List.of(Contender.DIRECT, Contender.ROUTED, Contender.NAT, Contender.HAPROXY) : List.of(Contender.values());
    List<Load> loads = report.quick() ? List.of(Load.KEEP_ALIVE) : List.of(Load.values());
    int turns = report.quick() ? 3 : 7;
    bursts.clear();
    others = new double[turns];
    try (ProgramHosts hosts = new ProgramHosts()) {
      Map<Contender, ServiceCounts> before = counts(hosts, contenders);
      for (int turn = 0; turn < turns; turn++) {
        others[turn] = workOfOthers();
        for (Load load : loads) {
          for (Contender contender : contenders) {
            bursts(load, contender).add(load.run(hosts, contender));
          }
        }
      }
      counts(hosts, contenders).forEach((contender, now) -> now.since(before.get(contender)).require(contender.title, sent(contender)));
    }
    for (Load load : loads) {
      contenders.stream().filter(Contender::isOurs).forEach(contender -> report(report, load, contender, contenders));
    }
  }

  private static double workOfOthers() {
    double before = CpuTime.seconds();
    try {
      Thread.sleep(REST_MILLIS);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
    return (CpuTime.seconds() - before) * 1e3 / REST_MILLIS / Runtime.getRuntime().availableProcessors();
  }

  private List<Load.Burst> bursts(Load load, Contender contender) {
    return bursts.computeIfAbsent(load, l -> new EnumMap<>(Contender.class)).computeIfAbsent(contender, c -> new ArrayList<>());
  }

  private static Map<Contender, ServiceCounts> counts(ProgramHosts hosts, List<Contender> contenders) {
    Map<Contender, ServiceCounts> counts = new EnumMap<>(Contender.class);
    contenders.stream().filter(Contender::isOurs).forEach(contender -> counts.put(contender, hosts.counts(contender)));
    return counts;
  }

  private long sent(Contender contender) {
    return bursts.values().stream().flatMap(ofLoad -> ofLoad.get(contender).stream()).mapToLong(Load.Burst::packets).sum();
  }

  private void report(Report report, Load load, Contender ours, List<Contender> contenders) {
    String label = ours.title + " " + load.title;
    boolean barred = ours == Contender.NAT && load == Load.KEEP_ALIVE;
    Figure rate = Figure.of(label, load.rateUnit, series(load, ours, Load.Burst::rate));
    Figure cpu = Figure.of(label + ": CPU", load.cpuUnit, series(load, ours, Load.Burst::cpuMicros));
    Figure share = Figure.of(label + ": director's CPU", load.cpuUnit, share(load, ours));
    Figure p99 = Figure.of(label + ": p99", "ms", series(load, ours, Load.Burst::p99Millis));
    for (Contender other : contenders) {
      boolean haproxy = other == Contender.HAPROXY && barred;
      if (other.isOurs()) {
        continue;
      }
      if (other.hasOneServer()) {
        rate = rate.limitedBy(other.title, series(load, other, Load.Burst::rate));
      }
      if (other == Contender.ROUTED) {
        share = share.limitedBy(other.title, share(load, other));
      }
      rate = rate.beside(other.title, series(load, other, Load.Burst::rate), haproxy ? Bar.ratioAtLeast(REQUESTS_OF_HAPROXY) : Bar.NONE);
      cpu = cpu.beside(other.title, series(load, other, Load.Burst::cpuMicros), Bar.NONE);
      p99 = p99.beside(other.title, series(load, other, Load.Burst::p99Millis), Bar.NONE);
      if (other != Contender.DIRECT) {
        share = share.beside(other.title, share(load, other), haproxy ? Bar.ratioAtMost(CPU_OF_HAPROXY) : Bar.NONE);
      }
    }
    boolean disturbed = new Series(others).median() > REST;
    report.add(rate.disturbed(disturbed));
    report.add(cpu.disturbed(disturbed));
    report.add(share.disturbed(disturbed));
    if (load != Load.BULK) {
      report.add(p99.disturbed(disturbed));
    }
  }

  /** What it takes more than no director takes. */
  private Series share(Load load, Contender contender) {
    return series(load, contender, Load.Burst::cpuMicros).minus(series(load, Contender.DIRECT, Load.Burst::cpuMicros).median());
  }

  private Series series(Load load, Contender contender, ToDoubleFunction<Load.Burst> value) {
    return new Series(bursts(load, contender).stream().mapToDouble(value).toArray());
  }
}
