// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import io.xlvs.ctl.Failure;
import io.xlvs.ctl.Progress;
import io.xlvs.v1.DirectorStatus;
import io.xlvs.v1.GetStatusRequest;
import io.xlvs.v1.ListConnectionsRequest;
import io.xlvs.v1.TableStatus;
import java.io.PrintStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code lbctl proc}. */
@Command(name = "proc",
    description = {"What IPVS shows below /proc/net, byte for byte, for exporters that parse it.",
      "ip_vs: services and servers. ip_vs_conn, ip_vs_conn_sync: connections. ip_vs_stats: totals and rates."},
    footer = {"", "Examples:", "  lbctl proc ip_vs", "  lbctl proc ip_vs_conn | grep ESTABLISHED | wc -l",
      "  lbctl proc ip_vs_stats > /var/lib/node/net/ip_vs_stats"})
final class ProcCommand extends Verb {
  private static final String CONNECTION_TABLE = "connections";

  @Parameters(paramLabel = "FILE", description = "ip_vs, ip_vs_conn, ip_vs_conn_sync or ip_vs_stats.")
  private String file;

  ProcCommand(Session session) {
    super(session);
  }

  @Override
  void run() {
    if (!output().isTable()) {
      throw new Failure(Failure.USAGE, "proc: -o is given", "a file of /proc is text and nothing else: leave -o away, or use"
          + " `lbctl service list' and `lbctl connection list' for json and yaml");
    }
    PrintStream out = console().out();
    switch (file) {
      case "ip_vs" -> services(out);
      case "ip_vs_conn" -> connections(out, false);
      case "ip_vs_conn_sync" -> connections(out, true);
      case "ip_vs_stats" -> out.print(ProcText.stats(status().getCounters()));
      default -> throw new Failure(Failure.USAGE, "FILE: `" + file + "' is not a file that lbctl can show",
          "ip_vs, ip_vs_conn, ip_vs_conn_sync and ip_vs_stats are"
              + (file.equals("ip_vs_stats_percpu") ? "; deleted services leave no figures by CPU" : ""));
    }
  }

  private DirectorStatus status() {
    return client().director().getStatus(GetStatusRequest.getDefaultInstance());
  }

  private void services(PrintStream out) {
    DirectorStatus status = status();
    long size = status.getTablesList().stream()
        .filter(table -> table.getName().equals(CONNECTION_TABLE)).mapToLong(TableStatus::getCapacity).findFirst().orElse(0);
    out.print(ProcText.servicesTitle(size));
    client().allServices(false).forEach(service -> out.print(ProcText.service(service, status.getJiffiesPerSecond())));
  }

  private void connections(PrintStream out, boolean sync) {
    var batches = client().connections().listConnections(ListConnectionsRequest.getDefaultInstance());
    boolean more = batches.hasNext();
    out.print(ProcText.connectionsTitle(sync));
    try (Progress progress = Progress.of(console(), CONNECTION_TABLE)) {
      for (; more; more = batches.hasNext()) {
        var batch = batches.next().getConnectionsList();
        batch.forEach(connection -> out.print(ProcText.connection(connection, sync)));
        progress.add(batch.size());
      }
    }
  }
}
