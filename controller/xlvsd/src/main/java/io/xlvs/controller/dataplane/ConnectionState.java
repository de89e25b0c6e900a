// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

/** IPVS's states (net/netfilter/ipvs/ip_vs_proto_tcp.c and its siblings). */
public enum ConnectionState {
  NONE,
  ESTABLISHED,
  SYN_SENT,
  SYN_RECV,
  FIN_WAIT,
  TIME_WAIT,
  CLOSE,
  CLOSE_WAIT,
  LAST_ACK,
  LISTEN,
  SYNACK,
  UDP,
  /** A persistence template that has had a completed connection. */
  ASSURED
}
