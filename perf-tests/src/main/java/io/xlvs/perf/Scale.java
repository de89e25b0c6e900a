// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * {@code make bench-scale}: the controller with a large table, as an operator meets it: the installed xlvsd and lbctl, every JVM cold.
 * Prints what each step takes and writes scale.md. Needs root.
 */
public final class Scale {
  private static final String USAGE =
      """
      usage: bench-scale [--services N] [--servers N] [--distinct] [--connections N] [--xlvs DIRECTORY] [--results DIRECTORY]
        --services  virtual services; 0: connections only (default: 10000)
        --servers   real servers of each (default: 100)
        --distinct  every real server has an address of its own, not one of 10,000
        --connections  connections that are listed and deleted afterwards; 0: none (default: 1000000)
        --xlvs      the installation (default: target/xlvs)
        --results   where scale.md goes (default: target)""";
  private static final int CHANGES = 200;
  private static final String DAEMON_HEAP = "48m";
  private static final String LBCTL_HEAP = "16m";

  private final ManyServices many;
  private final List<String> rows = new ArrayList<>();

  private Scale(ManyServices many) {
    this.many = many;
  }

  /** Exits with 0 whatever the figures are, with 2 for a wrong option. */
  public static void main(String[] arguments) throws IOException {
    int services = 10_000;
    int servers = 100;
    boolean distinct = false;
    int connections = 1_000_000;
    Path xlvs = Path.of("target/xlvs");
    Path results = Path.of("target");
    for (int i = 0; i < arguments.length; i++) {
      boolean more = i + 1 < arguments.length;
      if (arguments[i].equals("--distinct")) {
        distinct = true;
      } else if (arguments[i].equals("--services") && more) {
        services = Integer.parseInt(arguments[++i]);
      } else if (arguments[i].equals("--servers") && more) {
        servers = Integer.parseInt(arguments[++i]);
      } else if (arguments[i].equals("--connections") && more) {
        connections = Integer.parseInt(arguments[++i]);
      } else if (arguments[i].equals("--xlvs") && more) {
        xlvs = Path.of(arguments[++i]);
      } else if (arguments[i].equals("--results") && more) {
        results = Path.of(arguments[++i]);
      } else {
        System.err.println("bench-scale: unknown option '" + arguments[i] + "'\n" + USAGE);
        System.exit(2);
      }
    }
    Scale scale = new Scale(new ManyServices(services, servers, distinct));
    scale.say(Machine.here() + "\n");
    if (services > 0) {
      scale.say("| %,d services with %,d servers each%s | |\n|---|---:|", services, servers,
          distinct ? ", every one with an address of its own" : "");
      scale.run(xlvs.toAbsolutePath());
    }
    if (connections > 0) {
      scale.say("\n| %,d connections, `xlvsd` with a heap of %s, `lbctl` of %s | |\n|---|---:|", connections, DAEMON_HEAP, LBCTL_HEAP);
      scale.connections(xlvs.toAbsolutePath(), connections);
    }
    Files.createDirectories(results);
    Files.write(results.resolve("scale.md"), scale.rows);
  }

  private void say(String format, Object... values) {
    String line = String.format(Locale.ROOT, format, values);
    System.out.println(line);
    rows.add(line);
  }

  private void row(String what, double seconds) {
    say("| %s | %.1f s |", what, seconds);
  }

  private void run(Path xlvs) throws IOException {
    try (Daemon daemon = new Daemon(xlvs, (long) many.services() * many.servers() + 4096, many.services() + 64)) {
      Path rules = daemon.directory().resolve("rules");
      many.write(rules);
      String service = ManyServices.service(many.services() - 1);
      row("start of `xlvsd`, nothing configured", daemon.start());
      row("`lbctl -R`", daemon.lbctl(rules, "-R"));
      long lbctlPeak = daemon.lbctlPeakBytes();
      row("`lbctl -a`: a server more", daemon.lbctl(null, "-a", "-t", service, "-r", "10.99.0.1:8000", "-m"));
      say("| of that in `xlvsd`: median of %d changes of a weight | %.1f ms |", CHANGES, changeMillis(daemon, service, "10.99.0.1:8000"));
      row("`lbctl -Ln`", daemon.lbctl(null, "-Ln"));
      row("`lbctl -S -n`", daemon.lbctl(null, "-S", "-n"));
      daemon.stop();
      row("restart: until it answers again", daemon.start());
      daemon.kill();
      row("the same after kill -9", daemon.start());
      row("`lbctl -C`", daemon.lbctl(null, "-C"));
      row("`lbctl -R` again", daemon.lbctl(rules, "-R"));
      long peak = daemon.peakBytes();
      say("| peak resident memory of `xlvsd`, tables that it maps included | %d MiB |", peak >> 20);
      say("| peak resident memory of `lbctl -R` | %d MiB |", lbctlPeak >> 20);
      say("| memory of all tables | %d MiB |", daemon.tablesBytes() >> 20);
      say("| all of these together, what is mapped counted twice | %d MiB |", peak + lbctlPeak + daemon.tablesBytes() >> 20);
    }
  }

  private void connections(Path xlvs, int count) throws IOException {
    try (Daemon daemon = new Daemon(xlvs, 1 << 16, 1)) {
      daemon.jvmOptions("-Xmx" + DAEMON_HEAP);
      daemon.start();
      String service = "10.100.0.0:80";
      daemon.lbctl(null, "-A", "-t", service);
      daemon.lbctl(null, "-a", "-t", service, "-r", "10.99.0.1", "-g");
      ManyConnections.write(daemon.pins(), count, daemon.jiffiesPerSecond());
      row("`lbctl -Lnc \\| wc -l`", daemon.count(LBCTL_HEAP, count + 2L, "-Lnc"));
      row("`lbctl proc ip_vs_conn \\| wc -l`", daemon.count(LBCTL_HEAP, count + 1L, "proc ip_vs_conn"));
      row("`lbctl connection list \\| wc -l`", daemon.count(LBCTL_HEAP, count + 1L, "connection list"));
      row("`lbctl connection list -o json \\| wc -l`", daemon.count(LBCTL_HEAP, count, "connection list -o json"));
      row("`lbctl connection list --client 20.0.0.1 --limit 5`", daemon.count(LBCTL_HEAP, 6, "connection list --client 20.0.0.1 --limit 5"));
      say("| a change of a weight, median of %d while nothing else runs | %.1f ms |", CHANGES,
          changeMillis(daemon, service, "10.99.0.1:80"));
      CompletableFuture<Double> deletion = CompletableFuture.supplyAsync(() -> delete(daemon));
      say("| the same while `lbctl connection delete --all` runs | %.1f ms |", changeMillis(daemon, service, "10.99.0.1:80"));
      row("`lbctl connection delete --all`", deletion.join());
      row("`lbctl -Lnc \\| wc -l` of an empty table", daemon.count(LBCTL_HEAP, 2, "-Lnc"));
      say("| peak resident memory of `xlvsd`, tables that it maps included | %d MiB |", daemon.peakBytes() >> 20);
    }
  }

  private static double delete(Daemon daemon) {
    try {
      return daemon.lbctl(null, "connection", "delete", "--all");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Median time of changes of one server's weight, one after the other, without lbctl's own start. */
  private static double changeMillis(Daemon daemon, String service, String server) {
    try (WarmClient client = daemon.client()) {
      return new Series(IntStream.range(0, CHANGES).mapToDouble(i -> client.changeWeight(service, server, 1 + i)).toArray()).median();
    }
  }
}
