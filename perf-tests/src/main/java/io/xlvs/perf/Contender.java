// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.lab.Family;
import io.xlvs.lab.Mode;

/** A way from the client to the real servers, that is measured with real programs. */
enum Contender {
  /** To a real server's other leg: what all the others have to add to. */
  DIRECT("no director", Family.IPV4.front(11), 8000),
  /** Through a host that forwards and does nothing else: the devices that a director's packets cross, and the kernel's own way between them. */
  ROUTED("plain routing", ProgramHosts.ROUTED, 8000),
  NAT("NAT", Mode.NAT.vip(Family.IPV4), 8000),
  DR("DR", Mode.DR.vip(Family.IPV4), 8000),
  TUN("TUN", Mode.TUN.vip(Family.IPV4), 8000),
  FULLNAT("FULLNAT", Mode.FULLNAT.vip(Family.IPV4), 8000),
  HAPROXY("HAProxy", Family.IPV4.front(ProgramHosts.PROXY), 8000),
  STREAM("nginx stream", Family.IPV4.front(ProgramHosts.PROXY), 8001);

  /** From a service's port of HTTP to that of bulk data. */
  private static final int BULK = 10;

  /** As the report names it. */
  final String title;

  final String address;

  /** Of HTTP. */
  final int port;

  Contender(String title, String address, int port) {
    this.title = title;
    this.address = address;
    this.port = port;
  }

  /** Of bulk data: all connections go to one server. */
  int bulkPort() {
    return port + BULK;
  }

  /** Whether it is xlvs. */
  boolean isOurs() {
    return switch (this) {
      case NAT, DR, TUN, FULLNAT -> true;
      default -> false;
    };
  }

  /** Whether all of its connections go to one server. */
  boolean hasOneServer() {
    return this == DIRECT || this == ROUTED;
  }

  /** Whether the servers see the proxy in the client's place. */
  boolean isProxy() {
    return this == HAPROXY || this == STREAM;
  }
}
