// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.controller.schedule.MaglevHashing;
import io.xlvs.controller.schedule.Ring;
import io.xlvs.controller.schedule.Scheduler;
import io.xlvs.controller.schedule.Schedulers;
import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.SchedulerFlag;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.Timeouts;
import io.xlvs.controller.service.Tunnel;
import io.xlvs.controller.service.VirtualService;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** What computing the tables of mh and mh-minimal takes, warm. */
final class HashTables {
  private static final double MAGLEV_MS = 2;
  /** A prime, as IPVS's sizes are, and the size that is asked for. */
  private static final int PLACES = 65537;
  /** Of computing; on a busy machine that is more by the clock. */
  private static final long WARM_CPU_NS = 700_000_000;

  private final Report report;
  private int checksum;

  HashTables(Report report) {
    this.report = report;
  }

  void run() {
    Scheduler mh = Schedulers.byName("mh").orElseThrow();
    Scheduler large = new MaglevHashing(PLACES);
    Scheduler minimal = Schedulers.of(new VirtualService(new ServiceKey.Endpoint(Protocol.TCP, IpAddress.ofIpv4(1), 80), "mh",
        Set.of(SchedulerFlag.MH_MINIMAL), 0, 0, 0, "", false, Timeouts.NONE, List.of(), List.of(), 1, 1));
    List<RealServer> servers = servers(1000, 1);
    measure("mh: 65,537 places, 1,000 servers", () -> large.ring(servers), Bar.atMost(MAGLEV_MS));
    measure("mh: the same of weights 1 to 3", () -> large.ring(servers(1000, 3)), Bar.NONE);
    measure("mh: 4,093 places, 1,000 servers", () -> mh.ring(servers), Bar.NONE);
    measure("mh-minimal: 1,000 servers", () -> minimal.ring(servers), Bar.NONE);
    measure("mh-minimal: 100 servers", () -> minimal.ring(servers.subList(0, 100)), Bar.NONE);
    List<RealServer> fewer = servers.subList(1, servers.size());
    Ring all = minimal.ring(servers);
    Ring less = minimal.ring(fewer);
    measure("mh-minimal: one of 1,000 goes", () -> minimal.ring(fewer, servers, all), Bar.NONE);
    measure("mh-minimal: one comes to 999", () -> minimal.ring(servers, fewer, less), Bar.NONE);
    if (checksum == 0) {
      throw new IllegalStateException("the tables are empty");
    }
  }

  private static List<RealServer> servers(int count, int weights) {
    List<RealServer> servers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int weight = 1 + i % weights;
      servers.add(new RealServer(IpAddress.ofIpv4(0x0a010000 + i), 8080, ForwardingMethod.NAT, weight, weight, 0, 0, Tunnel.DEFAULT, 1));
    }
    return servers;
  }

  private void measure(String name, Supplier<Ring> table, Bar bar) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    for (long start = threads.getCurrentThreadCpuTime(); threads.getCurrentThreadCpuTime() - start < WARM_CPU_NS; ) {
      checksum |= 1 + table.get().entries()[0];
    }
    int repetitions = report.quick() ? 9 : 25;
    double[] millis = IntStream.range(0, repetitions).mapToDouble(i -> {
      long start = System.nanoTime();
      checksum |= 1 + table.get().entries()[0];
      return (System.nanoTime() - start) / 1e6;
    }).toArray();
    report.add(Figure.of(name, "ms", new Series(millis)).asked(bar));
  }
}
