// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import com.google.common.net.InetAddresses;
import io.xlvs.ctl.ipvs.StateNames;
import io.xlvs.v1.AddressFamily;
import io.xlvs.v1.Connection;
import io.xlvs.v1.Counters;
import io.xlvs.v1.Protocol;
import io.xlvs.v1.RealServer;
import io.xlvs.v1.VirtualService;
import java.util.Locale;

/**
 * Lines of /proc/net/ip_vs and its siblings, as the kernel prints them (net/netfilter/ipvs/ip_vs_ctl.c, ip_vs_conn.c): addresses and ports in
 * hexadecimal, IPv6 with all its digits; blanks at the ends of lines included.
 */
final class ProcText {
  private static final int STATE_WIDTH = 11;

  private ProcText() {}

  static String servicesTitle(long size) {
    return "IP Virtual Server version 1.2.1 (size=" + size + ")\n"
        + "Prot LocalAddress:Port Scheduler Flags\n"
        + "  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n";
  }

  /** A service and its servers, the newest first as in the kernel's list. */
  static String service(VirtualService service, int jiffiesPerSecond) {
    StringBuilder text = new StringBuilder();
    boolean ipv6 = service.getAddress().indexOf(':') >= 0;
    String ops = service.getOnePacket() ? "ops " : "";
    if (service.getFirewallMark() != 0) {
      text.append("FWM  ").append(hex(service.getFirewallMark(), 8)).append(' ').append(service.getScheduler()).append(' ').append(ops);
    } else {
      text.append(protocol(service.getProtocol())).append("  ").append(endpoint(service.getAddress(), service.getPort())).append(' ')
          .append(service.getScheduler()).append(' ');
      // The kernel has no flags column for IPv6.
      text.append(ipv6 ? "" : ops + " ");
    }
    if (service.getPersistenceTimeoutSeconds() != 0) {
      text.append("persistent ").append((long) service.getPersistenceTimeoutSeconds() * jiffiesPerSecond).append(' ')
          .append(hex(mask(service), 8));
    }
    text.append('\n');
    for (int i = service.getServersCount() - 1; i >= 0; i--) {
      server(text, service.getServers(i));
    }
    return text.toString();
  }

  /** IPv4: the netmask; IPv6: the prefix length, byte-swapped by the kernel. */
  private static int mask(VirtualService service) {
    boolean ipv6 = service.getAddress().indexOf(':') >= 0 || service.getFamily() == AddressFamily.ADDRESS_FAMILY_IPV6;
    if (ipv6) {
      return Integer.reverseBytes(service.getPersistencePrefixLength() == 0 ? 128 : service.getPersistencePrefixLength());
    }
    return service.getPersistenceNetmask() == 0 ? -1 : service.getPersistenceNetmask();
  }

  private static void server(StringBuilder text, RealServer server) {
    String method = switch (server.getMethod()) {
      case FORWARDING_METHOD_NAT -> "Masq";
      case FORWARDING_METHOD_TUN -> "Tunnel";
      case FORWARDING_METHOD_FULLNAT -> "FullNat";
      default -> "Route";
    };
    text.append("  -> ").append(endpoint(server.getAddress(), server.getPort())).append("      ");
    padded(text, method, 7).append(' ');
    padded(text, Integer.toString(server.getWeight()), 6).append(' ');
    padded(text, Long.toString(server.getActiveConnections()), 10).append(' ');
    padded(text, Long.toString(server.getInactiveConnections()), 10).append('\n');
  }

  /** @param sync ip_vs_conn_sync, which says where an entry came from */
  static String connectionsTitle(boolean sync) {
    return "Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       " + (sync ? "Origin Expires\n" : "Expires PEName PEData\n");
  }

  static String connection(Connection connection, boolean sync) {
    StringBuilder text = new StringBuilder(80);
    String protocol = connection.getProtocol() == Protocol.PROTOCOL_UNSPECIFIED ? "IP" : protocol(connection.getProtocol());
    padded(text, protocol, 3).append(' ');
    half(text, connection.getClientAddress(), connection.getClientPort()).append(' ');
    half(text, connection.getVirtualAddress(), connection.getVirtualPort()).append(' ');
    half(text, connection.getServerAddress(), connection.getServerPort()).append(' ');
    padded(text, StateNames.of(connection.getState()), STATE_WIDTH).append(sync ? " LOCAL  " : " ");
    String expires = Long.toString(connection.getExpiresIn().getSeconds());
    text.append(" ".repeat(Math.max(0, 7 - expires.length()))).append(expires);
    if (!sync && !connection.getPersistenceEngine().isEmpty()) {
      text.append(' ').append(connection.getPersistenceEngine()).append(' ').append(connection.getPersistenceData());
    }
    return text.append('\n').toString();
  }

  private static StringBuilder half(StringBuilder text, String address, int port) {
    return text.append(address(address)).append(' ').append(hex(port, 4));
  }

  static String stats(Counters counters) {
    return "   Total Incoming Outgoing         Incoming         Outgoing\n"
        + "   Conns  Packets  Packets            Bytes            Bytes\n"
        + figures(counters.getConnections(), counters.getInPackets(), counters.getOutPackets(), counters.getInBytes(), counters.getOutBytes())
        + "\n Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s\n"
        + figures(counters.getConnectionsPerSecond(), counters.getInPacketsPerSecond(), counters.getOutPacketsPerSecond(),
            counters.getInBytesPerSecond(), counters.getOutBytesPerSecond());
  }

  private static String figures(Object... figures) {
    return String.format(Locale.ROOT, "%8X %8X %8X %16X %16X\n", figures);
  }

  private static String protocol(Protocol protocol) {
    return protocol.name().substring("PROTOCOL_".length());
  }

  private static String endpoint(String address, int port) {
    String host = address(address);
    return (host.length() > 8 ? "[" + host + "]" : host) + ":" + hex(port, 4);
  }

  /** 0A000064, or fd00:0000:0000:0000:0000:0000:0000:0100. */
  private static String address(String text) {
    byte[] bytes = InetAddresses.forString(text).getAddress();
    boolean ipv6 = bytes.length > 4;
    StringBuilder digits = new StringBuilder(39);
    for (int i = 0; i < bytes.length; i++) {
      digits.append(ipv6 && i > 0 && i % 2 == 0 ? ":" : "");
      String pair = hex(bytes[i] & 0xff, 2);
      digits.append(ipv6 ? pair.toLowerCase(Locale.ROOT) : pair);
    }
    return digits.toString();
  }

  private static String hex(int value, int digits) {
    String text = Integer.toHexString(value).toUpperCase(Locale.ROOT);
    return "0".repeat(Math.max(0, digits - text.length())) + text;
  }

  private static StringBuilder padded(StringBuilder text, String cell, int width) {
    return text.append(cell).append(" ".repeat(Math.max(0, width - cell.length())));
  }
}
