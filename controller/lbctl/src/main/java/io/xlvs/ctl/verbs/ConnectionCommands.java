// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import io.xlvs.ctl.Failure;
import io.xlvs.ctl.Progress;
import io.xlvs.v1.Connection;
import io.xlvs.v1.ConnectionFilter;
import io.xlvs.v1.DeleteConnectionsRequest;
import io.xlvs.v1.DeleteConnectionsResponse;
import io.xlvs.v1.ListConnectionsRequest;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lbctl connection}. */
@Command(name = "connection", synopsisSubcommandLabel = "COMMAND",
    description = "Connections that the data plane knows.",
    footer = {"", "Examples:", "  lbctl connection list --client 192.0.2.0/24", "  lbctl connection delete --server 10.1.0.11"})
final class ConnectionCommands implements Runnable {
  @Spec private CommandSpec spec;

  @Option(names = {"-h", "--help"}, usageHelp = true, description = "This text.")
  private boolean help;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  @Command(name = "list", description = "List connections; all conditions given must hold.",
      footer = {"", "With -o json every connection is an object on a line of its own, with -o yaml a document.",
        "", "Examples:", "  lbctl connection list --service tcp:10.0.0.100:80 --state established",
        "  lbctl connection list --server 10.1.0.11:80 --client 192.0.2.0/24 --limit 20",
        "  lbctl connection list --protocol tcp --min-idle 5m --kind connections",
        "  lbctl connection list -o json | jq .clientAddress"})
  static final class ListConnections extends Verb {
    private static final int[] WIDTHS = {5, 12, 8, 8, 8, 24, 24, 24, 8};

    @Mixin private ConnectionOptions conditions;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many.")
    private Long limit;

    ListConnections(Session session) {
      super(session);
    }

    @Override
    void run() {
      if (limit != null && limit < 1) {
        throw new Failure(Failure.USAGE, "--limit: `" + limit + "' is no number of connections", "1 or more would be; without --limit all are listed");
      }
      var batches = client().connections().listConnections(ListConnectionsRequest.newBuilder()
          .setFilter(conditions.filter()).setLimit(limit == null ? 0 : limit).build());
      Output output = output();
      // The title follows the first answer, so that a refusal leaves standard output empty.
      boolean more = batches.hasNext();
      if (output.isTable()) {
        row("PROTO", "STATE", "EXPIRES", "IDLE", "AGE", "CLIENT", "VIRTUAL", "SERVER", "METHOD", "LOCAL");
      }
      // Printed as they come: a million connections need no memory here.
      try (Progress progress = Progress.of(console(), "connections")) {
        for (; more; more = batches.hasNext()) {
          var batch = batches.next().getConnectionsList();
          batch.forEach(connection -> print(output, connection));
          progress.add(batch.size());
        }
      }
    }

    private void print(Output output, Connection connection) {
      if (!output.isTable()) {
        output.streamed(connection);
        return;
      }
      row(ServerCommands.lower(connection.getProtocol().name(), "PROTOCOL_"),
          ServerCommands.lower(connection.getState().name(), "CONNECTION_STATE_"),
          Units.duration(connection.getExpiresIn().getSeconds()),
          Units.duration(connection.getIdle().getSeconds()),
          connection.hasAge() ? Units.duration(connection.getAge().getSeconds()) : "-",
          ServiceName.endpoint(connection.getClientAddress(), connection.getClientPort()),
          ServiceName.endpoint(connection.getVirtualAddress(), connection.getVirtualPort()),
          ServiceName.endpoint(connection.getServerAddress(), connection.getServerPort()),
          ServerCommands.lower(connection.getMethod().name(), "FORWARDING_METHOD_"),
          connection.getLocalAddress().isEmpty()
              ? "-" : ServiceName.endpoint(connection.getLocalAddress(), connection.getLocalPort()));
    }

    /** By hand: String.format would take most of the time of a listing of a million. */
    private void row(String... cells) {
      StringBuilder line = new StringBuilder(160);
      for (int i = 0; i < cells.length; i++) {
        line.append(cells[i]);
        if (i < cells.length - 1) {
          line.append(" ".repeat(Math.max(0, WIDTHS[i] - cells[i].length()))).append(' ');
        }
      }
      console().out().print(line.append('\n'));
    }
  }

  @Command(name = "delete",
      description = {"Delete connections, of which IPVS is not capable; all conditions given must hold.",
        "The next packet of one belongs to no connection: data is not forwarded, a SYN or a datagram begins a new one."},
      footer = {"", "Templates of persistence stay, unless --kind says otherwise.",
        "", "Examples:", "  lbctl connection delete --server 10.1.0.11:8080",
        "  lbctl connection delete --service tcp:10.0.0.100:80 --client 198.51.100.0/24 --kind any",
        "  lbctl connection delete --state close-wait --min-idle 10m --dry-run",
        "  lbctl connection delete --all"})
  static final class Delete extends Change {
    @Mixin private ConnectionOptions conditions;

    @Option(names = "--all", description = "Every connection of every service, without any condition.")
    private boolean all;

    Delete(Session session) {
      super(session);
    }

    @Override
    void run() {
      ConnectionFilter filter = conditions.filter();
      boolean unconditional = filter.toBuilder().clearKind().build().equals(ConnectionFilter.getDefaultInstance());
      if (unconditional && !all) {
        throw new Failure(Failure.USAGE, "connection delete: no condition is given",
            "give one, such as --service tcp:10.0.0.100:80 or --client 198.51.100.0/24, or --all if every connection is meant");
      }
      if (!unconditional && all) {
        throw new Failure(Failure.USAGE, "connection delete: --all is given beside a condition",
            "leave out --all to delete those of the condition, or the condition to delete every connection");
      }
      DeleteConnectionsResponse deleted = client().connections().deleteConnections(DeleteConnectionsRequest.newBuilder()
          .setFilter(filter).setAll(all).setValidateOnly(dryRun()).build());
      String object = number(deleted.getConnections(), "connection");
      if (deleted.getTemplates() > 0 || filter.getKindValue() > 1) {
        object += " and " + number(deleted.getTemplates(), "template");
      }
      done("delete", "deleted", object, deleted);
    }

    private static String number(long count, String what) {
      return String.format(Locale.ROOT, "%d %s%s", count, what, count == 1 ? "" : "s");
    }
  }
}
