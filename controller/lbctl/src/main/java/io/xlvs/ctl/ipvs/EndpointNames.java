// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import com.google.common.net.InetAddresses;
import io.xlvs.v1.Protocol;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Addresses and ports as ipvsadm prints them: numbers with -n, else names where there are some. Names are looked up once a
 * run.
 */
final class EndpointNames {
  private final Names names;
  private final boolean numeric;
  private final Map<String, String> hosts = new HashMap<>();
  private final Map<String, String> ports = new HashMap<>();

  EndpointNames(Names names, boolean numeric) {
    this.names = names;
    this.numeric = numeric;
  }

  /** {@code address:port}; a firewall mark's servers have no protocol and keep their port's number. */
  String of(String address, int port, Protocol protocol) {
    if (numeric) {
      boolean ipv6 = address.indexOf(':') >= 0;
      return (ipv6 ? "[" + address + "]:" : address + ":") + port;
    }
    String host = hosts.computeIfAbsent(address, this::host);
    return host + ":" + port(port, protocol);
  }

  private String host(String text) {
    InetAddress address = InetAddresses.forString(text);
    String bare = names.host(address).orElse(text);
    return text.indexOf(':') >= 0 ? "[" + bare + "]" : bare;
  }

  private String port(int port, Protocol protocol) {
    if (protocol == Protocol.PROTOCOL_UNSPECIFIED || port == 0) {
      return Integer.toString(port);
    }
    String name = RuleParser.protocolName(protocol);
    return ports.computeIfAbsent(port + "/" + name,
        key -> names.service(port, name).orElse(Integer.toString(port)));
  }
}
