// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.State;
import io.xlvs.controller.service.Timeouts;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConvertTest {
  /** As `ipvsadm -Lnc` of a real kernel counted down from. */
  @Test
  void everyStateHasIpvssTimeout() {
    Map<State, Integer> seconds = Convert.timeoutSeconds(Timeouts.DEFAULT);
    assertThat(seconds).containsOnlyKeys(State.values());
    assertThat(seconds)
        .containsEntry(State.ESTABLISHED, 900).containsEntry(State.SYN_RECV, 60).containsEntry(State.UDP, 300)
        .containsEntry(State.SCTP_INIT1, 4).containsEntry(State.SCTP_INIT, 61).containsEntry(State.SCTP_COOKIE_SENT, 61)
        .containsEntry(State.SCTP_COOKIE_REPLIED, 61).containsEntry(State.SCTP_COOKIE_WAIT, 61)
        .containsEntry(State.SCTP_COOKIE, 61).containsEntry(State.SCTP_COOKIE_ECHOED, 61)
        .containsEntry(State.SCTP_ESTABLISHED, 900).containsEntry(State.SCTP_SHUTDOWN_SENT, 61)
        .containsEntry(State.SCTP_SHUTDOWN_RECEIVED, 61).containsEntry(State.SCTP_SHUTDOWN_ACK_SENT, 61)
        .containsEntry(State.SCTP_REJECTED, 4).containsEntry(State.SCTP_CLOSED, 61);
  }

  /** The API names states as the data plane does. */
  @Test
  void everyStateHasAName() {
    for (State state : State.values()) {
      assertThat(Convert.state(state).name()).isEqualTo(state.name());
      assertThat(io.xlvs.v1.ConnectionState.valueOf("CONNECTION_STATE_" + state.name())).isNotNull();
    }
  }
}
