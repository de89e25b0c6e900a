// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import io.xlvs.v1.ForwardingMethod;
import io.xlvs.v1.ListRealServersRequest;
import io.xlvs.v1.ListRealServersResponse;
import io.xlvs.v1.RealServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lbctl server}: the reading verb; the changing ones are in {@link ServerChanges}. */
@Command(name = "server", synopsisSubcommandLabel = "COMMAND",
    description = "Real servers: who answers for a virtual service.",
    footer = {"", "Example:", "  lbctl server list tcp:10.0.0.100:80"})
final class ServerCommands implements Runnable {
  @Spec private CommandSpec spec;

  @Option(names = {"-h", "--help"}, usageHelp = true, description = "This text.")
  private boolean help;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  @Command(name = "list", description = "List the real servers of a virtual service.",
      footer = {"", "Examples:", "  lbctl server list tcp:10.0.0.100:80", "  lbctl server list fwm:7 --counters -o json"})
  static final class ListServers extends Verb {
    @Parameters(paramLabel = "SERVICE", description = "Such as tcp:10.0.0.100:80, udp:[fd00::100]:53, fwm:7, fwm6:7.")
    private String service;

    @Option(names = "--counters", description = "With totals and rates; json and yaml always have them.")
    private boolean counters;

    ListServers(Session session) {
      super(session);
    }

    @Override
    void run() {
      ListRealServersResponse servers = client().servers().listRealServers(ListRealServersRequest.newBuilder()
          .setParent(ServiceName.of(service)).setWithCounters(counters || !output().isTable()).build());
      output().print(servers, () -> table(console().colours(), servers.getRealServersList(), counters).toString());
    }
  }

  static Table table(boolean colours, List<RealServer> servers, boolean counters) {
    List<String> titles = new ArrayList<>(List.of(
        "SERVER", "METHOD", ">WEIGHT", ">ACTIVE", ">INACTIVE", ">PERSISTENT", "THRESHOLDS", "REACHABLE"));
    if (counters) {
      titles.addAll(List.of(">CONNS", ">IN", ">OUT", ">CONN/S", ">IN/S", ">OUT/S"));
    }
    Table table = new Table(colours, titles.toArray(String[]::new));
    for (RealServer server : servers) {
      List<Object> row = new ArrayList<>(List.of(
          ServiceName.endpoint(server.getAddress(), server.getPort()),
          method(server),
          Integer.toUnsignedString(server.getWeight()),
          server.getActiveConnections(),
          server.getInactiveConnections(),
          server.getPersistentConnections(),
          server.getUpperThreshold() == 0 && server.getLowerThreshold() == 0
              ? "-" : server.getLowerThreshold() + ".." + server.getUpperThreshold(),
          server.getReachable() ? "yes" : "no"));
      if (counters) {
        row.addAll(ServiceCommands.figures(server.getCounters()));
      }
      table.markedRow(!server.getReachable() || server.getWeight() == 0, row.toArray());
    }
    return table;
  }

  private static String method(RealServer server) {
    String method = lower(server.getMethod().name(), "FORWARDING_METHOD_");
    if (server.getMethod() != ForwardingMethod.FORWARDING_METHOD_TUN) {
      return method;
    }
    String type = lower(server.getTunnel().getType().name(), "TUNNEL_TYPE_");
    int port = server.getTunnel().getPort();
    return method + " (" + type + (port == 0 ? "" : ":" + port) + ")";
  }

  /** {@code nat} of {@code FORWARDING_METHOD_NAT}. */
  static String lower(String name, String prefix) {
    return name.substring(name.startsWith(prefix) ? prefix.length() : 0).toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
