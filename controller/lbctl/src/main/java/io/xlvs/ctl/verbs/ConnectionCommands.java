// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import io.xlvs.ctl.Failure;
import io.xlvs.v1.Connection;
import io.xlvs.v1.ConnectionState;
import io.xlvs.v1.ListConnectionsRequest;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lbctl connection}. */
@Command(name = "connection", synopsisSubcommandLabel = "COMMAND",
    description = "Connections that the data plane knows.",
    footer = {"", "Example:", "  lbctl connection list --client 192.0.2.0/24"})
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
        "  lbctl connection list -o json | jq .clientAddress"})
  static final class ListConnections extends Verb {
    private static final String ROW = "%-5s %-12s %8s  %-24s %-24s %-24s %-8s %s";

    @Option(names = "--service", paramLabel = "SERVICE", description = "Of this virtual service.")
    private String service;

    @Option(names = "--server", paramLabel = "SERVER", defaultValue = "", description = "Of this real server: ADDRESS or ADDRESS:PORT.")
    private String server;

    @Option(names = "--client", paramLabel = "CLIENT", defaultValue = "", description = "Of this client: ADDRESS or ADDRESS/LENGTH.")
    private String client;

    @Option(names = "--state", paramLabel = "STATE", split = ",",
        description = "In one of these states, such as established,syn-recv.")
    private List<String> states = List.of();

    @Option(names = "--limit", paramLabel = "N", description = "At most so many.")
    private long limit = Long.MAX_VALUE;

    private boolean titled;

    ListConnections(Session session) {
      super(session);
    }

    @Override
    void run() {
      ListConnectionsRequest.Builder request =
          ListConnectionsRequest.newBuilder().setServer(server).setClient(client);
      if (service != null) {
        request.setService(ServiceName.of(service));
      }
      states.forEach(state -> request.addStates(state(state)));
      var batches = client().connections().listConnections(request.build());
      long left = limit;
      Output output = output();
      // Printed as they come: a million connections need no memory here.
      while (left > 0 && batches.hasNext()) {
        for (Connection connection : batches.next().getConnectionsList()) {
          if (left-- > 0) {
            print(output, connection);
          }
        }
      }
      if (!titled && output.isTable()) {
        title();
      }
    }

    private static ConnectionState state(String name) {
      try {
        return ConnectionState.valueOf("CONNECTION_STATE_" + name.toUpperCase(Locale.ROOT).replace('-', '_'));
      } catch (IllegalArgumentException e) {
        throw new Failure(Failure.USAGE, "--state: `" + name + "' is not a state",
            "states are none, established, syn-sent, syn-recv, fin-wait, time-wait, close, close-wait, last-ack, listen,"
                + " synack, udp, assured");
      }
    }

    private void title() {
      titled = true;
      console().out().print(
          line("PROTO", "STATE", "EXPIRES", "CLIENT", "VIRTUAL", "SERVER", "METHOD", "LOCAL"));
    }

    private void print(Output output, Connection connection) {
      if (!output.isTable()) {
        output.streamed(connection);
        return;
      }
      if (!titled) {
        title();
      }
      console().out().print(line(
          ServerCommands.lower(connection.getProtocol().name(), "PROTOCOL_"),
          ServerCommands.lower(connection.getState().name(), "CONNECTION_STATE_"),
          Units.duration(connection.getExpiresIn().getSeconds()),
          ServiceName.endpoint(connection.getClientAddress(), connection.getClientPort()),
          ServiceName.endpoint(connection.getVirtualAddress(), connection.getVirtualPort()),
          ServiceName.endpoint(connection.getServerAddress(), connection.getServerPort()),
          ServerCommands.lower(connection.getMethod().name(), "FORWARDING_METHOD_"),
          connection.getLocalAddress().isEmpty()
              ? "-" : ServiceName.endpoint(connection.getLocalAddress(), connection.getLocalPort())));
    }

    private static String line(Object... cells) {
      return String.format(Locale.ROOT, ROW, cells).stripTrailing() + "\n";
    }
  }
}
