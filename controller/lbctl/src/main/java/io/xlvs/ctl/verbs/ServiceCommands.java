// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import io.xlvs.v1.Counters;
import io.xlvs.v1.GetVirtualServiceRequest;
import io.xlvs.v1.ListVirtualServicesResponse;
import io.xlvs.v1.RealServer;
import io.xlvs.v1.VirtualService;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lbctl service}: reading verbs; the changing ones are in {@link ServiceChanges}. */
@Command(name = "service", mixinStandardHelpOptions = false, synopsisSubcommandLabel = "COMMAND",
    description = "Virtual services: what clients connect to.",
    footer = {"", "Example:", "  lbctl service list"})
final class ServiceCommands implements Runnable {
  @Spec private CommandSpec spec;

  @Option(names = {"-h", "--help"}, usageHelp = true, description = "This text.")
  private boolean help;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  @Command(name = "list", description = "List all virtual services.",
      footer = {"", "Examples:", "  lbctl service list", "  lbctl service list --counters", "  lbctl service list -o json"})
  static final class ListServices extends Verb {
    @Option(names = "--counters", description = "With totals and rates; json and yaml always have them.")
    private boolean counters;

    ListServices(Session session) {
      super(session);
    }

    @Override
    void run() {
      List<VirtualService> services = client().allServices(counters || !output().isTable());
      output().print(ListVirtualServicesResponse.newBuilder().addAllVirtualServices(services), () -> table(services));
    }

    private String table(List<VirtualService> services) {
      List<String> titles = new ArrayList<>(List.of("SERVICE", "SCHEDULER", "PERSISTENT", ">SERVERS", ">ACTIVE", ">INACTIVE"));
      if (counters) {
        titles.addAll(List.of(">CONNS", ">IN", ">OUT", ">CONN/S", ">IN/S", ">OUT/S"));
      }
      Table table = new Table(console().colours(), titles.toArray(String[]::new));
      for (VirtualService service : services) {
        List<Object> row = new ArrayList<>(List.of(
            ServiceName.display(service.getName()),
            scheduler(service),
            persistence(service),
            service.getServersCount(),
            service.getServersList().stream().mapToLong(RealServer::getActiveConnections).sum(),
            service.getServersList().stream().mapToLong(RealServer::getInactiveConnections).sum()));
        if (counters) {
          row.addAll(figures(service.getCounters()));
        }
        table.markedRow(service.getServersCount() == 0, row.toArray());
      }
      return table.toString();
    }
  }

  @Command(name = "get", description = "Show one virtual service with its real servers.",
      footer = {"", "Examples:", "  lbctl service get tcp:10.0.0.100:80", "  lbctl service get fwm:7 -o yaml"})
  static final class Get extends Verb {
    @Parameters(paramLabel = "SERVICE", description = "Such as tcp:10.0.0.100:80, udp:[fd00::100]:53, fwm:7, fwm6:7.")
    private String service;

    Get(Session session) {
      super(session);
    }

    @Override
    void run() {
      VirtualService found = client().services().getVirtualService(GetVirtualServiceRequest.newBuilder()
          .setName(ServiceName.of(service)).setWithCounters(true).build());
      output().print(found, () -> details(found));
    }

    private String details(VirtualService found) {
      Counters counters = found.getCounters();
      return "service           " + ServiceName.display(found.getName()) + "\n"
          + "scheduler         " + scheduler(found) + "\n"
          + "persistent        " + persistence(found) + "\n"
          + (found.getOnePacket() ? "one packet        yes\n" : "")
          + timeouts(found)
          + (found.getLocalAddressesCount() == 0
              ? "" : "local addresses   " + String.join(", ", found.getLocalAddressesList()) + "\n")
          + "connections       " + Units.count(counters.getConnections()) + " in all, "
          + Units.count(counters.getConnectionsPerSecond()) + "/s\n"
          + "in                " + traffic(counters.getInPackets(), counters.getInBytes(),
              counters.getInPacketsPerSecond(), counters.getInBytesPerSecond())
          + "out               " + traffic(counters.getOutPackets(), counters.getOutBytes(),
              counters.getOutPacketsPerSecond(), counters.getOutBytesPerSecond())
          + "etag              " + found.getEtag() + "\n\n"
          + ServerCommands.table(console().colours(), found.getServersList(), false);
    }

    private static String timeouts(VirtualService service) {
      StringBuilder own = new StringBuilder();
      timeout(own, "tcp", service.getTcpTimeoutSeconds());
      timeout(own, "tcpfin", service.getTcpFinTimeoutSeconds());
      timeout(own, "udp", service.getUdpTimeoutSeconds());
      return own.isEmpty() ? "" : "time-outs        " + own + "\n";
    }

    private static void timeout(StringBuilder text, String name, int seconds) {
      if (seconds != 0) {
        text.append(' ').append(name).append(' ').append(Units.duration(seconds));
      }
    }

    private static String traffic(long packets, long bytes, long packetsPerSecond, long bytesPerSecond) {
      return Units.count(packets) + " packets, " + Units.bytes(bytes) + "; " + Units.count(packetsPerSecond)
          + " packets/s, " + Units.bytes(bytesPerSecond) + "/s\n";
    }
  }

  private static String scheduler(VirtualService service) {
    return service.getScheduler()
        + (service.getSchedulerFlagsCount() == 0 ? "" : " (" + String.join(",", service.getSchedulerFlagsList()) + ")");
  }

  private static String persistence(VirtualService service) {
    if (service.getPersistenceTimeoutSeconds() == 0) {
      return "-";
    }
    return Units.duration(Integer.toUnsignedLong(service.getPersistenceTimeoutSeconds()))
        + (service.getPersistenceEngine().isEmpty() ? "" : " " + service.getPersistenceEngine());
  }

  /** Totals, then rates. */
  static List<Object> figures(Counters counters) {
    return List.of(
        Units.count(counters.getConnections()),
        Units.bytes(counters.getInBytes()),
        Units.bytes(counters.getOutBytes()),
        Units.count(counters.getConnectionsPerSecond()),
        Units.bytes(counters.getInBytesPerSecond()),
        Units.bytes(counters.getOutBytesPerSecond()));
  }
}
