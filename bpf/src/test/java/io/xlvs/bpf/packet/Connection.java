// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import java.net.InetAddress;

/** One connection as the oracle knows it. */
final class Connection {

  /** Both ends of a packet as it carries them. */
  record Tuple(InetAddress source, int sourcePort, InetAddress destination, int destinationPort, int protocol) {}

  final World.VirtualService service;
  final World.RealServer server;
  /** What requests carry. */
  final Tuple request;
  final int serverPort;
  /** FULLNAT's source towards the server; otherwise the client itself. */
  final InetAddress localAddress;
  final int localPort;
  /** FULLNAT: the server has answered data, so it knows the client. */
  boolean serverKnowsClient;
  /** FULLNAT: the ACK that ends the handshake has passed. */
  boolean acknowledged;

  Connection(
      World.VirtualService service,
      World.RealServer server,
      Tuple request,
      InetAddress localAddress,
      int localPort) {
    this.service = service;
    this.server = server;
    this.request = request;
    this.serverPort = server.port() == 0 ? request.destinationPort() : server.port();
    this.localAddress = localAddress;
    this.localPort = localPort;
  }

  /** What replies carry when they come from the server. */
  Tuple reply() {
    return new Tuple(server.address(), serverPort, localAddress, localPort, request.protocol());
  }
}
