// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import io.xlvs.controller.registry.Operation.UpdateSysctls;
import io.xlvs.controller.registry.Operation.UpdateTimeouts;
import io.xlvs.controller.service.Sysctl;
import io.xlvs.controller.service.Sysctls;
import io.xlvs.controller.service.Timeouts;
import java.util.Optional;

/** Time-outs and sysctls while a transaction changes them. */
final class SettingDrafts {
  private Timeouts timeouts;
  private Sysctls sysctls;

  SettingDrafts(Timeouts timeouts, Sysctls sysctls) {
    this.timeouts = timeouts;
    this.sysctls = sysctls;
  }

  Timeouts timeouts() {
    return timeouts;
  }

  Sysctls sysctls() {
    return sysctls;
  }

  void update(UpdateTimeouts update, Problems found) {
    int tcp = timeout("tcp_seconds", update.tcpSeconds(), timeouts.tcpSeconds(), found);
    int fin = timeout("tcp_fin_seconds", update.tcpFinSeconds(), timeouts.tcpFinSeconds(), found);
    int udp = timeout("udp_seconds", update.udpSeconds(), timeouts.udpSeconds(), found);
    timeouts = new Timeouts(tcp, fin, udp);
  }

  private static int timeout(String field, long wanted, int current, Problems found) {
    int value = found.range(field, "time-out", wanted, 0, Timeouts.MAX_SECONDS);
    return value == 0 ? current : value;
  }

  void update(UpdateSysctls update, Problems found) {
    for (int i = 0; i < update.settings().size(); i++) {
      UpdateSysctls.Setting setting = update.settings().get(i);
      Optional<Sysctl> sysctl = Sysctl.byName(setting.name());
      if (sysctl.isEmpty()) {
        found.invalid("sysctls[" + i + "].name", "net.ipv4.vs." + setting.name() + " is not known: ListSysctls (lbctl sysctl -a) has all names");
        continue;
      }
      try {
        sysctls = sysctls.with(sysctl.get(), sysctl.get().check(setting.value()));
      } catch (IllegalArgumentException e) {
        found.invalid("sysctls[" + i + "].value", e.getMessage());
      }
    }
  }
}
