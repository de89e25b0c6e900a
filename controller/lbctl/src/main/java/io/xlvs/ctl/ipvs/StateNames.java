// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import io.xlvs.v1.ConnectionState;

/** States of connections in the words of ipvsadm and /proc/net/ip_vs_conn. */
public final class StateNames {
  private static final String STATE = "CONNECTION_STATE_";
  private static final String SCTP = "SCTP_";

  private StateNames() {}

  /** The kernel's word. */
  public static String of(ConnectionState state) {
    if (state == ConnectionState.CONNECTION_STATE_UNSPECIFIED || state == ConnectionState.UNRECOGNIZED) {
      return "NONE";
    }
    String name = state.name().substring(STATE.length());
    return name.startsWith(SCTP) ? sctpWord(name.substring(SCTP.length())) : name;
  }

  /** sctp_state_name_table of ip_vs_proto_sctp.c. */
  private static String sctpWord(String name) {
    return name.replaceFirst("^(C)OOKIE_|^(S)HUTDOWN_", "$1$2-").replace('_', '-');
  }
}
