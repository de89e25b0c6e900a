// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

/** What is switched on of net.ipv4.vs: {@code enum xlvs_sysctl}. */
public enum SysctlFlag implements AbiConstant {
  /** sloppy_tcp: a segment from the middle of an unknown connection opens it. */
  SLOPPY_TCP(1),

  /** expire_nodest_conn: connections end with their server. */
  EXPIRE_NODEST(2),

  /** expire_quiescent_template: a server of weight 0 loses its persistent clients. */
  EXPIRE_QUIESCENT(4),

  /** conn_reuse_mode is not 0: a SYN for a connection that ended begins a new one. */
  REUSE(8),

  /** conn_reuse_mode has 2: so does one for a connection in FIN_WAIT whose server's half is not seen. */
  REUSE_FIN_WAIT(16),

  /** nat_icmp_send: a server whose packet belongs to no connection is told so. */
  NAT_ICMP(32),

  /** sloppy_sctp: a packet from the middle of an unknown association opens it. */
  SLOPPY_SCTP(64);

  private final int value;

  SysctlFlag(int value) {
    this.value = value;
  }

  @Override
  public int value() {
    return value;
  }
}
