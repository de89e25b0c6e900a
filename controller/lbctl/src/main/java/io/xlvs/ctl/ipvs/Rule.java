// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import io.xlvs.v1.ForwardingMethod;
import io.xlvs.v1.MarkRule;
import io.xlvs.v1.Protocol;
import io.xlvs.v1.TunnelChecksum;
import io.xlvs.v1.TunnelType;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** One command line of ipvsadm's grammar, parsed; filled by {@link RuleParser} and only read afterwards. */
final class Rule {
  Command command;
  final Set<Option> options = EnumSet.noneOf(Option.class);

  /** Unspecified for a firewall-mark service. */
  Protocol protocol = Protocol.PROTOCOL_UNSPECIFIED;
  /** Null for a firewall-mark service. */
  InetAddress vip;
  int port;
  /** Unsigned; 0 if the service has an address. */
  long mark;
  boolean markIpv6;

  String scheduler = "";
  List<String> schedulerFlags = List.of();
  /** Seconds, 0: not persistent. */
  int persistence;
  /** 0: the whole address. */
  int netmask;
  int prefixLength;
  String engine = "";
  /** Of the service's own connections, in seconds; 0: the director's. */
  int tcpTimeout;
  int tcpFinTimeout;
  int udpTimeout;

  InetAddress rip;
  int serverPort;
  ForwardingMethod method = ForwardingMethod.FORWARDING_METHOD_DR;
  int weight = 1;
  int upperThreshold;
  int lowerThreshold;
  TunnelType tunnelType = TunnelType.TUNNEL_TYPE_IPIP;
  int tunnelPort;
  TunnelChecksum tunnelChecksum = TunnelChecksum.TUNNEL_CHECKSUM_NONE;

  InetAddress localAddress;

  /** Of --set-mark. */
  final MarkRule.Builder markRule = MarkRule.newBuilder();

  /** Of --set, in the order tcp, tcpfin, udp. */
  int[] timeoutSeconds = {};
  /** "master" or "backup". */
  String daemonRole = "";

  /** Lines for standard error about what was changed silently by ipvsadm. */
  final List<String> warnings = new ArrayList<>();

  boolean has(Option option) {
    return options.contains(option);
  }

  boolean hasService() {
    return vip != null || mark != 0;
  }

  boolean ipv6() {
    return mark != 0 ? markIpv6 : vip instanceof Inet6Address;
  }

  boolean isServer() {
    return command == Command.ADD_SERVER || command == Command.EDIT_SERVER;
  }

  boolean isService() {
    return command == Command.ADD_SERVICE || command == Command.EDIT_SERVICE;
  }
}
