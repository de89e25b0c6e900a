// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Family;
import io.xlvs.bpf.Method;
import io.xlvs.perf.LiveBed.Hook;

/** What is asked of packets a second on one core. */
final class LiveBars {
  private static final double OF_NFTABLES = 8;
  private static final double TC_OF_BARE = 0.9;

  private LiveBars() {}

  static Bar besideBare(Hook hook, Traffic traffic, int cpus) {
    if (cpus > 1 || traffic.family() != Family.IPV4) {
      return Bar.NONE;
    }
    boolean direct = traffic.mode().method == Method.DR;
    if (hook == Hook.TC) {
      return traffic.flows() == 1 ? Bar.ratioAtLeast(TC_OF_BARE) : Bar.NONE;
    } else if (traffic.flows() == 1) {
      return Bar.ratioAtLeast(direct ? 0.85 : 0.75);
    } else if (traffic.flows() == Traffic.MILLION && traffic.mode().method != Method.FULLNAT) {
      return Bar.ratioAtLeast(direct ? 0.35 : 0.31);
    }
    return Bar.NONE;
  }

  static Bar besideNftables(Hook hook, int flows, int cpus) {
    return hook == Hook.XDP && cpus == 1 && flows != Traffic.MANY ? Bar.ratioAtLeast(OF_NFTABLES) : Bar.NONE;
  }
}
