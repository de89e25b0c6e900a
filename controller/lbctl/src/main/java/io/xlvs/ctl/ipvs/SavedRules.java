// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import io.xlvs.v1.AddressFamily;
import io.xlvs.v1.ForwardingMethod;
import io.xlvs.v1.MarkRule;
import io.xlvs.v1.Protocol;
import io.xlvs.v1.RealServer;
import io.xlvs.v1.Tunnel;
import io.xlvs.v1.VirtualService;
import java.io.PrintStream;
import java.util.List;

/**
 * {@code ipvsadm -S}: rules that {@code -R} takes back, giving the identical table. What ipvsadm loses is kept:
 * thresholds ({@code -x}, {@code -y}), a service's own time-outs ({@code --tcp-timeout}), the local addresses of FULLNAT ({@code -P}) and the marks ({@code --set-mark}).
 */
final class SavedRules {
  private final PrintStream out;
  private final EndpointNames names;

  SavedRules(PrintStream out, Names names, boolean numeric) {
    this.out = out;
    this.names = new EndpointNames(names, numeric);
  }

  void print(List<VirtualService> services, List<MarkRule> markRules) {
    for (VirtualService service : IpvsOrder.services(services)) {
      String identity = identity(service);
      out.print("-A " + identity + serviceOptions(service) + "\n");
      for (String address : service.getLocalAddressesList()) {
        out.print("-P " + identity + " -z " + address + "\n");
      }
      for (RealServer server : IpvsOrder.servers(service.getServersList())) {
        out.print("-a " + identity + " -r "
            + names.of(server.getAddress(), server.getPort(), service.getProtocol())
            + serverOptions(server) + "\n");
      }
    }
    for (MarkRule rule : markRules) {
      out.print(MarkLine.of(rule) + "\n");
    }
  }

  private String identity(VirtualService service) {
    if (service.getFirewallMark() != 0) {
      return "-f " + Integer.toUnsignedString(service.getFirewallMark())
          + (service.getFamily() == AddressFamily.ADDRESS_FAMILY_IPV6 ? " -6" : "");
    }
    return option(service.getProtocol()) + " "
        + names.of(service.getAddress(), service.getPort(), service.getProtocol());
  }

  private static String option(Protocol protocol) {
    return switch (protocol) {
      case PROTOCOL_UDP -> "-u";
      case PROTOCOL_SCTP -> "--sctp-service";
      default -> "-t";
    };
  }

  static String serviceOptions(VirtualService service) {
    StringBuilder text = new StringBuilder(" -s ").append(service.getScheduler());
    if (service.getPersistenceTimeoutSeconds() != 0) {
      text.append(" -p ").append(service.getPersistenceTimeoutSeconds());
      String mask = ServiceListing.mask(service);
      if (!mask.isEmpty()) {
        text.append(" -M ").append(mask);
      }
    }
    if (!service.getPersistenceEngine().isEmpty()) {
      text.append(" --pe ").append(service.getPersistenceEngine());
    }
    if (service.getOnePacket()) {
      text.append(" -o");
    }
    if (service.getSchedulerFlagsCount() > 0) {
      text.append(" -b ").append(SchedulerFlags.list(service.getScheduler(), service.getSchedulerFlagsList()));
    }
    timeout(text, Word.TCP_TIMEOUT, service.getTcpTimeoutSeconds());
    timeout(text, Word.TCP_FIN_TIMEOUT, service.getTcpFinTimeoutSeconds());
    timeout(text, Word.UDP_TIMEOUT, service.getUdpTimeoutSeconds());
    return text.toString();
  }

  private static void timeout(StringBuilder text, Word word, int seconds) {
    if (seconds != 0) {
      text.append(' ').append(word.written()).append(' ').append(seconds);
    }
  }

  static String serverOptions(RealServer server) {
    StringBuilder text = new StringBuilder(switch (server.getMethod()) {
      case FORWARDING_METHOD_NAT -> " -m";
      case FORWARDING_METHOD_TUN -> " -i";
      case FORWARDING_METHOD_FULLNAT -> " -b";
      default -> " -g";
    });
    text.append(" -w ").append(Integer.toUnsignedString(server.getWeight()));
    if (server.getUpperThreshold() != 0) {
      text.append(" -x ").append(server.getUpperThreshold());
    }
    if (server.getLowerThreshold() != 0) {
      text.append(" -y ").append(server.getLowerThreshold());
    }
    if (server.getMethod() == ForwardingMethod.FORWARDING_METHOD_TUN) {
      Tunnel tunnel = server.getTunnel();
      text.append(switch (tunnel.getType()) {
        case TUNNEL_TYPE_GUE -> " --tun-type gue --tun-port " + tunnel.getPort() + " --tun-"
            + ServiceListing.checksum(tunnel);
        case TUNNEL_TYPE_GRE -> " --tun-type gre --tun-" + ServiceListing.checksum(tunnel);
        default -> " --tun-type ipip";
      });
    }
    return text.toString();
  }
}
