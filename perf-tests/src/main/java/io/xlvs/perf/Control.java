// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** The installed xlvsd with a large table: loaded by the installed lbctl, changed through the API, started again. */
final class Control implements Part {
  private static final double LOAD_SECONDS = 20;
  private static final double START_SECONDS = 15;
  private static final double CHANGE_MS = 5;
  private static final double CHANGE_P99_MS = 20;
  private static final double MEMORY_MIB = 4096;
  private static final int MEBIBYTE_SHIFT = 20;

  /** Of those that are measured; two for each measured one. */
  private static final String NEW_SERVER = "10.99.0.1";
  private static final String NEW_VIP = "10.250.0.1";
  private static final int PORT = 8000;

  @Override
  public String name() {
    return "control";
  }

  @Override
  public String title() {
    return "A table of 10,000 services with 100 servers each (quick: 1,000) in the installed xlvsd: loaded by lbctl, changed one call after the other"
        + " through a connection that is open already, kept over a restart; and tables of mh, computed in this process.";
  }

  @Override
  public void run(Report report) throws IOException {
    Machine.releaseThread();
    ManyServices many = new ManyServices(report.quick() ? 1_000 : 10_000, 100, false);
    try (Daemon daemon = new Daemon(Path.of("target/xlvs").toAbsolutePath(), (long) many.services() * many.servers() + 4096, many.services() + 64)) {
      load(report, daemon, many);
      changes(report, daemon, many);
      starts(report, daemon, many);
    }
    new HashTables(report).run();
  }

  /** A bar on a time that is asked of the full table. */
  private static Bar full(Report report, Bar bar) {
    return report.quick() ? Bar.NONE : bar;
  }

  private static Figure once(String name, String unit, double value) {
    return Figure.of(name, unit, new Series(new double[] {value}));
  }

  private static void load(Report report, Daemon daemon, ManyServices many) throws IOException {
    Path rules = daemon.directory().resolve("rules");
    many.write(rules);
    report.add(once("start, nothing configured", "s", daemon.start()));
    report.add(once("load: lbctl -R", "s", daemon.lbctl(rules, "-R")).asked(full(report, Bar.atMost(LOAD_SECONDS))));
  }

  private static void changes(Report report, Daemon daemon, ManyServices many) {
    int count = report.quick() ? 50 : 500;
    try (WarmClient client = daemon.client()) {
      warmUp(client, many, count);
      for (String scheduler : new String[] {"rr", "wlc", "mh"}) {
        int number = ManyServices.withScheduler(scheduler);
        String service = ManyServices.service(number);
        String server = many.server(number, 0);
        time(report, scheduler + ": weight", count, i -> client.changeWeight(service, server, 2 + i % 9));
        double[] removals = new double[count];
        time(report, scheduler + ": add a server", count, i -> {
          double taken = client.addServer(service, NEW_SERVER, PORT + i);
          removals[i] = client.removeServer(service, NEW_SERVER, PORT + i);
          return taken;
        });
        add(report, scheduler + ": remove a server", new Series(removals));
        time(report, scheduler + ": add a service", count, i -> {
          double taken = client.addService(NEW_VIP, PORT + i, scheduler);
          removals[i] = client.removeService(NEW_VIP, PORT + i);
          return taken;
        });
        add(report, scheduler + ": remove a service", new Series(removals));
      }
    }
  }

  /** Compiled code on both sides. */
  private static void warmUp(WarmClient client, ManyServices many, int count) {
    for (int i = 0; i < count; i++) {
      int number = i % 3;
      client.changeWeight(ManyServices.service(number), many.server(number, 1), 2 + i % 9);
      client.addServer(ManyServices.service(number), NEW_SERVER, PORT);
      client.removeServer(ManyServices.service(number), NEW_SERVER, PORT);
      client.addService(NEW_VIP, PORT, "wlc");
      client.removeService(NEW_VIP, PORT);
    }
  }

  private static void time(Report report, String name, int count, IntToDoubleFunction change) {
    add(report, name, new Series(IntStream.range(0, count).mapToDouble(change).toArray()));
  }

  private static void add(Report report, String name, Series millis) {
    report.add(Figure.of(name, "ms", millis).asked(full(report, Bar.atMost(CHANGE_MS))));
    report.add(once(name + ", p99", "ms", millis.quantile(0.99)).asked(full(report, Bar.atMost(CHANGE_P99_MS))));
  }

  /** Over maps that are there, and as after a reboot; in either case the last service of the table must have a packet forwarded. */
  private static void starts(Report report, Daemon daemon, ManyServices many) throws IOException {
    int last = many.services() - 1;
    byte[] vip = {10, (byte) (100 | last >> 16), (byte) (last >> 8), (byte) last};
    daemon.stop();
    report.add(once("start over the maps of the one before", "s", daemon.start() + daemon.awaitForwarding(vip))
        .asked(full(report, Bar.atMost(START_SECONDS))));
    memory(report, "after it", daemon);
    daemon.stop();
    daemon.detach();
    report.add(once("start from the state file alone", "s", daemon.start() + daemon.awaitForwarding(vip))
        .asked(full(report, Bar.atMost(START_SECONDS))));
    memory(report, "after that", daemon);
  }

  private static void memory(Report report, String when, Daemon daemon) {
    report.add(once("xlvsd's memory " + when + ", mapped tables included", "MiB", daemon.peakBytes() >> MEBIBYTE_SHIFT)
        .asked(Bar.atMost(MEMORY_MIB)));
    report.add(once("xlvsd's memory " + when + ", its own alone", "MiB", daemon.ownBytes() >> MEBIBYTE_SHIFT));
    report.add(once("tables " + when, "MiB", daemon.tablesBytes() >> MEBIBYTE_SHIFT));
  }
}
