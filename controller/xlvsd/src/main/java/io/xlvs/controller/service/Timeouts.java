// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

/**
 * Idle time-outs of connections: ipvsadm(8), --set; of all, or of one service's.
 *
 * @param tcpSeconds established TCP
 * @param tcpFinSeconds TCP after a FIN
 * @param udpSeconds UDP
 */
public record Timeouts(int tcpSeconds, int tcpFinSeconds, int udpSeconds) {
  /** IPVS's defaults (ip_vs_proto_tcp.c, ip_vs_proto_udp.c): 15 minutes, 2 minutes, 5 minutes. */
  public static final Timeouts DEFAULT = new Timeouts(900, 120, 300);

  /** Of a service that has none of its own. */
  public static final Timeouts NONE = new Timeouts(0, 0, 0);

  /** IPVS's limit: seconds times HZ must fit an int. */
  public static final int MAX_SECONDS = 2147483;
}
