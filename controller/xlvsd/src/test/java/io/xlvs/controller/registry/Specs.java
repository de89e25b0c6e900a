// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.TunnelChecksum;
import io.xlvs.controller.service.TunnelType;
import java.util.List;
import java.util.Optional;

/** Specifications for tests: a right one, and ways to make it wrong. */
final class Specs {
  static final ServiceKey WEB = ServiceKey.parse("tcp:10.0.0.100:80");

  private Specs() {}

  /** A service to be; every field can be set. */
  static final class Service {
    Protocol protocol = Protocol.TCP;
    String address = "10.0.0.100";
    long port = 80;
    long mark;
    String scheduler = "rr";
    List<String> flags = List.of();
    long timeout;
    int netmask;
    long prefix;
    String engine = "";
    boolean onePacket;
    long tcpTimeout;
    long tcpFinTimeout;
    long udpTimeout;

    ServiceSpec spec() {
      return new ServiceSpec(Optional.ofNullable(protocol), address, port, mark, Optional.empty(), scheduler, flags, timeout, netmask,
          prefix, engine, onePacket, tcpTimeout, tcpFinTimeout, udpTimeout);
    }

    Operation create() {
      return new Operation.CreateService(spec());
    }
  }

  /** A server to be; every field can be set. */
  static final class Server {
    ServiceKey service = WEB;
    String address = "10.1.0.11";
    long port;
    ForwardingMethod method = ForwardingMethod.NAT;
    long weight = 1;
    long upper;
    long lower;
    ServerSpec.TunnelSpec tunnel;

    ServerSpec spec() {
      return new ServerSpec(address, port, method, weight, upper, lower, Optional.ofNullable(tunnel));
    }

    Operation create() {
      return new Operation.CreateServer(service, spec());
    }

    void tunnel(TunnelType type, long tunnelPort, TunnelChecksum checksum) {
      method = ForwardingMethod.TUN;
      tunnel = new ServerSpec.TunnelSpec(type, tunnelPort, checksum);
    }
  }

  static Operation web() {
    return new Service().create();
  }

  static Operation server(String address) {
    Server server = new Server();
    server.address = address;
    return server.create();
  }
}
