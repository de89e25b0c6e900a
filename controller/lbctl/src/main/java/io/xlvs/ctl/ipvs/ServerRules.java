// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import io.xlvs.ctl.Failure;
import io.xlvs.v1.ForwardingMethod;
import io.xlvs.v1.TunnelType;
import java.net.Inet6Address;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What ipvsadm checks and completes in a rule about a real server. */
final class ServerRules {
  private static final Map<String, TunnelType> TUNNEL_TYPES =
      Map.of("ipip", TunnelType.TUNNEL_TYPE_IPIP, "gue", TunnelType.TUNNEL_TYPE_GUE, "gre", TunnelType.TUNNEL_TYPE_GRE);
  private static final List<Option> TUNNEL_OPTIONS =
      List.of(Option.TUN_TYPE, Option.TUN_PORT, Option.TUN_NOCSUM, Option.TUN_CSUM, Option.TUN_REMCSUM);
  private static final List<Option> CHECKSUMS = List.of(Option.TUN_NOCSUM, Option.TUN_CSUM, Option.TUN_REMCSUM);

  private ServerRules() {}

  static TunnelType tunnelType(String name) {
    TunnelType type = TUNNEL_TYPES.get(name);
    if (type == null) {
      throw new Failure(Failure.USAGE, "illegal tunnel type specified", "`" + name + "' is not one of ipip, gue, gre");
    }
    return type;
  }

  static void finish(Rule rule) {
    boolean tunnel = rule.method == ForwardingMethod.FORWARDING_METHOD_TUN;
    boolean mapsPorts = !tunnel && rule.method != ForwardingMethod.FORWARDING_METHOD_DR;
    if (rule.mark == 0 && rule.serverPort == 0) {
      rule.serverPort = rule.port;
    } else if (rule.mark == 0 && !mapsPorts && rule.serverPort != rule.port) {
      rule.warnings.add("lbctl: warning: " + (tunnel ? "tunnelling (-i)" : "gatewaying (-g)")
          + " cannot map ports: real server port " + rule.serverPort + " becomes the service's, " + rule.port
          + "; use -m or -b to map ports");
      rule.serverPort = rule.port;
    }
    if (!tunnel && rule.ipv6() != rule.rip instanceof Inet6Address) {
      throw new Failure(Failure.USAGE, "Different address family is allowed only for tunneling servers",
          "`" + Addresses.text(rule.rip) + "' is of the other family than the service: use -i, or a server of its family");
    }
    checkTunnel(rule, tunnel);
  }

  private static void checkTunnel(Rule rule, boolean tunnel) {
    if (!tunnel) {
      if (TUNNEL_OPTIONS.stream().anyMatch(rule::has)) {
        throw new Failure(Failure.USAGE, "Tunnel options conflict with forward method", "give -i, or leave the --tun-... options out");
      }
      return;
    }
    String type = rule.tunnelType.name().substring("TUNNEL_TYPE_".length()).toLowerCase(Locale.ROOT);
    if (rule.tunnelType == TunnelType.TUNNEL_TYPE_GUE && !rule.has(Option.TUN_PORT)) {
      throw new Failure(Failure.USAGE,
          "You need to supply the 'tun-port' option for the '" + type + "' tunnel type",
          "add --tun-port PORT: the UDP port on which the server takes GUE");
    }
    Option first = null;
    for (Option option : TUNNEL_OPTIONS) {
      if (!rule.has(option)) {
        continue;
      }
      if (foreign(rule.tunnelType).contains(option)) {
        throw new Failure(Failure.USAGE,
            "Illegal '" + option.label() + "' option with the '" + type + "' tunnel type", "leave out " + option.written());
      }
      if (CHECKSUMS.contains(option)) {
        if (first != null) {
          throw new Failure(Failure.USAGE, "The option '" + option.label() + "' conflicts with the '" + first.label()
              + "' option in the '" + type + "' tunnel type", "give one of them");
        }
        first = option;
      }
    }
  }

  private static Set<Option> foreign(TunnelType type) {
    return switch (type) {
      case TUNNEL_TYPE_GUE -> Set.of();
      case TUNNEL_TYPE_GRE -> Set.of(Option.TUN_PORT, Option.TUN_REMCSUM);
      default -> Set.of(Option.TUN_PORT, Option.TUN_NOCSUM, Option.TUN_CSUM, Option.TUN_REMCSUM);
    };
  }
}
