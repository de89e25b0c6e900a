// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SysctlTest {
  /** What {@code sysctl -a} prints on Debian's kernel 6.12, and what the kernel's documentation has beside. */
  private static final List<String> KERNEL = List.of("am_droprate", "amemthresh", "backup_only", "cache_bypass", "conn_reuse_mode", "conntrack",
      "debug_level", "drop_entry", "drop_packet", "est_cpulist", "est_nice", "expire_nodest_conn", "expire_quiescent_template",
      "ignore_tunneled", "lblc_expiration", "lblcr_expiration", "nat_icmp_send", "pmtu_disc", "run_estimation", "schedule_icmp", "secure_tcp",
      "sloppy_sctp", "sloppy_tcp", "snat_reroute", "sync_persist_mode", "sync_ports", "sync_qlen_max", "sync_refresh_period", "sync_retries",
      "sync_sock_size", "sync_threshold", "sync_version");

  @Test
  void everyNameOfTheKernelIsThereInItsOrder() {
    assertThat(Arrays.stream(Sysctl.values()).map(Sysctl::text)).containsExactlyElementsOf(KERNEL);
  }

  @Test
  void aFixedOneTakesItsOwnValueAndRefusesOthersWithTheReason() {
    for (Sysctl sysctl : Sysctl.values()) {
      assertThat(sysctl.description()).isNotBlank();
      assertThat(sysctl.check(" " + sysctl.defaultValue())).isEqualTo(sysctl.defaultValue());
      if (sysctl.isFixed()) {
        assertThatThrownBy(() -> sysctl.check("77")).hasMessageContaining(sysctl.text()).hasMessageContaining(sysctl.description());
      }
    }
    assertThat(Sysctl.SYNC_THRESHOLD.check("3 50")).isEqualTo("3\t50");
  }

  @Test
  void theOthersTakeNumbersOfTheirRange() {
    assertThat(Sysctl.CONN_REUSE_MODE.check("03")).isEqualTo("3");
    for (String wrong : List.of("4", "-1", "", "x", "1 1", "99999999999999999999")) {
      assertThatThrownBy(() -> Sysctl.CONN_REUSE_MODE.check(wrong)).hasMessageContaining("\"" + wrong + "\": 0..3 would be right");
    }
  }

  @Test
  void aValueThatIsTheDefaultIsNoChange() {
    Sysctls changed = Sysctls.DEFAULT.with(Sysctl.SLOPPY_TCP, "1");
    assertThat(changed.get(Sysctl.SLOPPY_TCP)).isEqualTo("1");
    assertThat(changed.changed()).containsOnlyKeys(Sysctl.SLOPPY_TCP);
    assertThat(changed.with(Sysctl.SLOPPY_TCP, "0")).isEqualTo(Sysctls.DEFAULT);
  }
}
