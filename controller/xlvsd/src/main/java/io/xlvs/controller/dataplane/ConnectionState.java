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
  SCTP_NONE,
  SCTP_INIT1,
  SCTP_INIT,
  SCTP_COOKIE_SENT,
  SCTP_COOKIE_REPLIED,
  SCTP_COOKIE_WAIT,
  SCTP_COOKIE,
  SCTP_COOKIE_ECHOED,
  SCTP_ESTABLISHED,
  SCTP_SHUTDOWN_SENT,
  SCTP_SHUTDOWN_RECEIVED,
  SCTP_SHUTDOWN_ACK_SENT,
  SCTP_REJECTED,
  SCTP_CLOSED,
  /** A persistence template that has had a completed connection. */
  ASSURED
}
