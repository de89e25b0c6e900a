// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import io.xlvs.v1.AddressFamily;
import io.xlvs.v1.Counters;
import io.xlvs.v1.ForwardingMethod;
import io.xlvs.v1.RealServer;
import io.xlvs.v1.Tunnel;
import io.xlvs.v1.VirtualService;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** {@code ipvsadm -L} about services, byte for byte: widths and trailing blanks are what other programs parse. */
final class ServiceListing {
  /** What is shown, in ipvsadm's order of precedence when several are asked for. */
  private enum View {
    STATS(Option.STATS),
    RATE(Option.RATE),
    THRESHOLDS(Option.THRESHOLDS),
    PERSISTENT_CONN(Option.PERSISTENT_CONN),
    TUN_INFO(Option.TUN_INFO),
    WEIGHTS(null);

    private final Option option;

    View(Option option) {
      this.option = option;
    }

    static View of(Rule rule) {
      for (View view : values()) {
        if (view.option != null && rule.has(view.option)) {
          return view;
        }
      }
      return WEIGHTS;
    }
  }

  private static final int SERVICE_WIDTH = 33;
  private static final int SERVER_WIDTH = 28;
  private static final String ARROW = "  -> ";
  private static final int[] THRESHOLDS = {SERVICE_WIDTH, 10, 10, 10, 10};
  private static final int[] PERSISTENT_CONN = {SERVICE_WIDTH, 9, 11, 10, 10};
  private static final int[] TUN_INFO = {SERVICE_WIDTH, 7, 13, 6, 10, 10};
  private static final int[] WEIGHTS = {SERVICE_WIDTH, 7, 6, 10, 10};
  private static final String TITLE = "Prot LocalAddress:Port";
  private static final String SERVER_TITLE = "  -> RemoteAddress:Port\n";
  /** A figure with the blank before it. */
  private static final int FIGURE_WIDTH = 9;

  private final PrintStream out;
  private final EndpointNames names;
  private final View view;
  private final boolean exact;
  private final boolean sorted;

  ServiceListing(PrintStream out, Names names, Rule rule) {
    this.out = out;
    this.names = new EndpointNames(names, rule.has(Option.NUMERIC));
    this.view = View.of(rule);
    this.exact = rule.has(Option.EXACT);
    this.sorted = !rule.has(Option.NOSORT);
  }

  /** Whether the rule's listing shows counters, which the request then has to ask for. */
  static boolean needsCounters(Rule rule) {
    return rule.has(Option.STATS) || rule.has(Option.RATE);
  }

  /** The whole table, under its own title. */
  void all(long tableSize, List<VirtualService> services) {
    out.print("IP Virtual Server version 1.2.1 (size=" + tableSize + ")\n");
    title();
    (sorted ? IpvsOrder.services(services) : services).forEach(this::service);
  }

  /** One service: without the table's title, as ipvsadm. */
  void one(VirtualService service) {
    title();
    service(service);
  }

  private void title() {
    switch (view) {
      case STATS -> figureTitle("Conns", "InPkts", "OutPkts", "InBytes", "OutBytes");
      case RATE -> figureTitle("CPS", "InPPS", "OutPPS", "InBPS", "OutBPS");
      case THRESHOLDS -> out.print(
          Columns.line(THRESHOLDS, TITLE, "Uthreshold", "Lthreshold", "ActiveConn", "InActConn") + SERVER_TITLE);
      case PERSISTENT_CONN -> out.print(
          Columns.line(PERSISTENT_CONN, TITLE, "Weight", "PersistConn", "ActiveConn", "InActConn") + SERVER_TITLE);
      case TUN_INFO -> out.print("Prot LocalAddress:Port Scheduler Flags\n"
          + "  -> RemoteAddress:Port           Forward TunnelInfo    Weight ActiveConn InActConn\n");
      default -> out.print("Prot LocalAddress:Port Scheduler Flags\n"
          + "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n");
    }
  }

  private void figureTitle(String... titles) {
    StringBuilder line = new StringBuilder(TITLE).append(" ".repeat(SERVICE_WIDTH - TITLE.length()));
    for (String title : titles) {
      line.append(" ".repeat(FIGURE_WIDTH - title.length())).append(title);
    }
    out.print(line.append('\n').append(SERVER_TITLE));
  }

  private void service(VirtualService service) {
    String name = name(service);
    switch (view) {
      case STATS -> figures(name, total(service.getCounters()));
      case RATE -> figures(name, rate(service.getCounters()));
      default -> out.print(name + " " + description(service) + "\n");
    }
    List<RealServer> servers = service.getServersList();
    if (sorted) {
      servers = IpvsOrder.servers(servers);
    } else {
      // The kernel's own order: the last added first.
      servers = new ArrayList<>(servers);
      Collections.reverse(servers);
    }
    servers.forEach(server -> server(service, server));
  }

  private String name(VirtualService service) {
    if (service.getFirewallMark() != 0) {
      return "FWM  " + Integer.toUnsignedString(service.getFirewallMark())
          + (service.getFamily() == AddressFamily.ADDRESS_FAMILY_IPV6 ? " IPv6" : "");
    }
    String protocol = RuleParser.protocolName(service.getProtocol()).toUpperCase(Locale.ROOT);
    String name = protocol + " ".repeat(5 - protocol.length())
        + names.of(service.getAddress(), service.getPort(), service.getProtocol());
    return cut(name, SERVICE_WIDTH, service.getAddress());
  }

  /** ipvsadm cuts long names, but of IPv6 addresses nothing. */
  private static String cut(String name, int width, String address) {
    return name.length() > width && address.indexOf(':') < 0 ? name.substring(0, width) : name;
  }

  private static String description(VirtualService service) {
    StringBuilder text = new StringBuilder(service.getScheduler());
    if (service.getSchedulerFlagsCount() > 0) {
      text.append(" (").append(SchedulerFlags.list(service.getScheduler(), service.getSchedulerFlagsList())).append(')');
    }
    if (service.getPersistenceTimeoutSeconds() != 0) {
      text.append(" persistent ").append(service.getPersistenceTimeoutSeconds());
      String mask = mask(service);
      if (!mask.isEmpty()) {
        text.append(" mask ").append(mask);
      }
      if (!service.getPersistenceEngine().isEmpty()) {
        text.append(" pe ").append(service.getPersistenceEngine());
      }
    }
    return text.append(service.getOnePacket() ? " ops" : "").toString();
  }

  /** The persistence mask, or an empty string if it is the whole address. */
  static String mask(VirtualService service) {
    boolean ipv6 = service.getFirewallMark() != 0
        ? service.getFamily() == AddressFamily.ADDRESS_FAMILY_IPV6
        : service.getAddress().indexOf(':') >= 0;
    if (ipv6) {
      int length = service.getPersistencePrefixLength();
      return length == 0 || length == 128 ? "" : Integer.toString(length);
    }
    int mask = service.getPersistenceNetmask();
    return mask == 0 || mask == -1 ? "" : Addresses.ipv4Text(mask);
  }

  private void server(VirtualService service, RealServer server) {
    String name = ARROW + cut(names.of(server.getAddress(), server.getPort(), service.getProtocol()), SERVER_WIDTH,
        server.getAddress());
    String weight = Integer.toUnsignedString(server.getWeight());
    String active = Long.toString(server.getActiveConnections());
    String inactive = Long.toString(server.getInactiveConnections());
    switch (view) {
      case STATS -> figures(name, total(server.getCounters()));
      case RATE -> figures(name, rate(server.getCounters()));
      case THRESHOLDS -> out.print(Columns.line(THRESHOLDS, name,
          Integer.toUnsignedString(server.getUpperThreshold()), Integer.toUnsignedString(server.getLowerThreshold()),
          active, inactive));
      case PERSISTENT_CONN -> out.print(Columns.line(PERSISTENT_CONN, name, weight,
          Long.toString(server.getPersistentConnections()), active, inactive));
      case TUN_INFO -> out.print(Columns.line(TUN_INFO, name, method(server), tunnelInfo(server), weight, active, inactive));
      default -> out.print(Columns.line(WEIGHTS, name, method(server), weight, active, inactive));
    }
  }

  private static String method(RealServer server) {
    return switch (server.getMethod()) {
      case FORWARDING_METHOD_NAT -> "Masq";
      case FORWARDING_METHOD_TUN -> "Tunnel";
      case FORWARDING_METHOD_FULLNAT -> "FullNat";
      default -> "Route";
    };
  }

  private static String tunnelInfo(RealServer server) {
    if (server.getMethod() != ForwardingMethod.FORWARDING_METHOD_TUN) {
      return "n/a";
    }
    Tunnel tunnel = server.getTunnel();
    return switch (tunnel.getType()) {
      case TUNNEL_TYPE_GUE -> "gue:" + tunnel.getPort() + ":" + checksumSign(tunnel);
      case TUNNEL_TYPE_GRE -> "gre:" + checksumSign(tunnel);
      default -> "ipip";
    };
  }

  private static String checksumSign(Tunnel tunnel) {
    return switch (tunnel.getChecksum()) {
      case TUNNEL_CHECKSUM_FULL -> "+c";
      case TUNNEL_CHECKSUM_REMOTE -> "r+c";
      default -> "-c";
    };
  }

  /** As the option is called: "--tun-csum". */
  static String checksum(Tunnel tunnel) {
    return switch (tunnel.getChecksum()) {
      case TUNNEL_CHECKSUM_FULL -> "csum";
      case TUNNEL_CHECKSUM_REMOTE -> "remcsum";
      default -> "nocsum";
    };
  }

  private static long[] total(Counters counters) {
    return new long[] {
      counters.getConnections(), counters.getInPackets(), counters.getOutPackets(), counters.getInBytes(),
      counters.getOutBytes()
    };
  }

  private static long[] rate(Counters counters) {
    return new long[] {
      counters.getConnectionsPerSecond(), counters.getInPacketsPerSecond(), counters.getOutPacketsPerSecond(),
      counters.getInBytesPerSecond(), counters.getOutBytesPerSecond()
    };
  }

  private void figures(String name, long... values) {
    StringBuilder line = new StringBuilder(name).append(" ".repeat(Math.max(0, SERVICE_WIDTH - name.length())));
    for (long value : values) {
      String text = figure(value);
      line.append(" ".repeat(Math.max(exact ? 1 : 0, FIGURE_WIDTH - text.length()))).append(text);
    }
    out.print(line.append('\n'));
  }

  /** At most nine characters; without --exact scaled as soon as eight digits do not suffice. */
  private String figure(long value) {
    if (exact || Long.compareUnsigned(value, 100_000_000L) < 0) {
      return Long.toUnsignedString(value);
    }
    if (Long.compareUnsigned(value, 1_000_000_000L) < 0) {
      return value / 1_000 + "K";
    }
    if (Long.compareUnsigned(value, 100_000_000_000L) < 0) {
      return value / 1_000_000 + "M";
    }
    if (Long.compareUnsigned(value, 100_000_000_000_000L) < 0) {
      return value / 1_000_000_000L + "G";
    }
    return Long.toUnsignedString(Long.divideUnsigned(value, 1_000_000_000_000L)) + "T";
  }
}
