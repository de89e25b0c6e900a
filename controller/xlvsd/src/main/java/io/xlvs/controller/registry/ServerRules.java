// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import io.xlvs.controller.dataplane.Feature;
import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.RealServerKey;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.Tunnel;
import io.xlvs.controller.service.TunnelChecksum;
import io.xlvs.controller.service.TunnelType;
import java.util.Optional;
import java.util.Set;

/** Rules of a real server. Sources: ipvsadm(8), ip_vs_ctl.c (ip_vs_add_dest, ip_vs_edit_dest, ip_vs_new_dest). */
final class ServerRules {
  static final Set<String> CHANGEABLE = Set.of("method", "weight", "upper_threshold", "lower_threshold", "tunnel");

  private ServerRules() {}

  /** The identity that the specification names, or null and problems. */
  static RealServerKey key(ServiceKey service, ServerSpec spec, Problems problems) {
    IpAddress address = problems.unicast("address", "real server address", spec.address());
    int port = problems.range("port", "port", spec.port(), 0, 65535);
    if (address == null) {
      return null;
    }
    return new RealServerKey(address, port != 0 ? port : servicePort(service));
  }

  private static int servicePort(ServiceKey service) {
    return service instanceof ServiceKey.Endpoint endpoint ? endpoint.port() : 0;
  }

  /** The server with the specification's fields of the mask, the others from before; null and problems if it cannot be. */
  static RealServer server(
      ServiceKey service, RealServerKey key, Optional<RealServer> before, ServerSpec spec, Set<String> mask, long revision,
      Problems problems) {
    ForwardingMethod method = wants(mask, "method") ? spec.method() : before.orElseThrow().method();
    int weight = wants(mask, "weight") ? range("weight", spec.weight(), problems) : before.orElseThrow().weight();
    int upper = wants(mask, "upper_threshold")
        ? range("upper_threshold", spec.upperThreshold(), problems) : before.orElseThrow().upperThreshold();
    int lower = wants(mask, "lower_threshold")
        ? range("lower_threshold", spec.lowerThreshold(), problems) : before.orElseThrow().lowerThreshold();
    Tunnel tunnel = wants(mask, "tunnel") ? tunnel(spec, method, problems) : keptTunnel(before.orElseThrow(), method);
    checkThresholds(upper, lower, problems);
    checkMethod(service, key, method, problems);
    if (!problems.none()) {
      return null;
    }
    int lastWeight = weight != 0 ? weight : before.map(RealServer::lastWeight).orElse(0);
    return new RealServer(key.address(), key.port(), method, weight, lastWeight, upper, lower, tunnel, revision);
  }

  private static boolean wants(Set<String> mask, String field) {
    return mask.isEmpty() || mask.contains(field);
  }

  private static int range(String field, long value, Problems problems) {
    return problems.range(field, field.replace('_', ' '), value, 0, Integer.MAX_VALUE);
  }

  /** A server that leaves TUN loses its tunnel. */
  private static Tunnel keptTunnel(RealServer before, ForwardingMethod method) {
    return method == ForwardingMethod.TUN ? before.tunnel() : Tunnel.DEFAULT;
  }

  private static void checkThresholds(int upper, int lower, Problems problems) {
    if (lower > upper) {
      problems.invalid("lower_threshold", "lower threshold " + lower + " is above the upper threshold " + upper + ": at most " + upper
          + " would be right" + (upper == 0 ? " (or an upper_threshold)" : ""));
    }
    problems.require(Feature.THRESHOLDS, upper > 0, "upper_threshold");
  }

  private static void checkMethod(ServiceKey service, RealServerKey key, ForwardingMethod method, Problems problems) {
    if (key.address().family() != service.family()) {
      if (method != ForwardingMethod.TUN) {
        problems.invalid("address", "real server " + key.address() + " is " + key.address().family().displayName() + " and the service "
            + service.family().displayName() + ", which " + method + " cannot bridge: TUN, or a server of the service's family, would be"
            + " right");
      }
      problems.require(Feature.TUNNEL_MIXED_FAMILY, method == ForwardingMethod.TUN, "address");
    }
    if (!method.mapsPorts() && service instanceof ServiceKey.Endpoint endpoint && key.port() != endpoint.port()) {
      problems.invalid("port", method + " cannot map ports: port " + key.port() + " differs from the service's port " + endpoint.port()
          + "; leave it out, or use NAT or FULLNAT");
    }
  }

  private static Tunnel tunnel(ServerSpec spec, ForwardingMethod method, Problems problems) {
    if (spec.tunnel().isEmpty()) {
      return Tunnel.DEFAULT;
    }
    if (method != ForwardingMethod.TUN) {
      problems.invalid("tunnel", "tunnel options are given for method " + method + ": leave them out, or use TUN");
      return Tunnel.DEFAULT;
    }
    ServerSpec.TunnelSpec wanted = spec.tunnel().get();
    int port = tunnelPort(wanted, problems);
    checkChecksum(wanted, problems);
    problems.require(Feature.TUNNEL_GUE, wanted.type() == TunnelType.GUE, "tunnel.type");
    problems.require(Feature.TUNNEL_GRE, wanted.type() == TunnelType.GRE, "tunnel.type");
    return new Tunnel(wanted.type(), port, wanted.checksum());
  }

  private static int tunnelPort(ServerSpec.TunnelSpec wanted, Problems problems) {
    if (wanted.type() == TunnelType.GUE) {
      return problems.range("tunnel.port", "tunnel port", wanted.port(), 1, 65535);
    }
    if (wanted.port() != 0) {
      problems.invalid("tunnel.port", "tunnel port " + wanted.port() + " is given for " + wanted.type()
          + ", which has no ports: leave it out, or use GUE");
    }
    return 0;
  }

  private static void checkChecksum(ServerSpec.TunnelSpec wanted, Problems problems) {
    if (wanted.checksum() == TunnelChecksum.REMOTE) {
      problems.unsupported("tunnel.checksum", "remote checksum offload (REMOTE) is not supported: NONE or FULL would be");
    } else if (wanted.checksum() == TunnelChecksum.FULL) {
      if (wanted.type() == TunnelType.IPIP) {
        problems.invalid("tunnel.checksum", "checksum FULL is given for IPIP, which has no checksum: leave it out, or use GUE or GRE");
      } else {
        problems.require(Feature.TUNNEL_CHECKSUM, true, "tunnel.checksum");
      }
    }
  }
}
