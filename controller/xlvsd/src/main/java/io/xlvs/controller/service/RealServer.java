// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

import java.util.Objects;

/**
 * One real server of one virtual service.
 *
 * @param address the RIP
 * @param port 0..65535; 0: the port that the client asked for (services of every port and of a firewall mark)
 * @param method how packets reach it
 * @param weight 0..2147483647; 0: no new connections
 * @param lastWeight the last weight that was not 0 (0 if there was none): the mh scheduler keeps a quiesced server's places, as
 *     ip_vs_mh.c does with ip_vs_dest.last_weight
 * @param upperThreshold with so many connections it gets no new ones; 0: no limit
 * @param lowerThreshold below it an overloaded server gets new ones again; at most upperThreshold
 * @param tunnel encapsulation when the method is TUN; else {@link Tunnel#DEFAULT}
 * @param revision of the configuration when it was last changed; the etag
 */
public record RealServer(
    IpAddress address,
    int port,
    ForwardingMethod method,
    int weight,
    int lastWeight,
    int upperThreshold,
    int lowerThreshold,
    Tunnel tunnel,
    long revision) {

  public RealServer {
    Objects.requireNonNull(address, "address");
    Objects.requireNonNull(method, "method");
    Objects.requireNonNull(tunnel, "tunnel");
    Ports.requirePort(port);
  }

  /** Identity within the service. */
  public RealServerKey key() {
    return new RealServerKey(address, port);
  }
}
