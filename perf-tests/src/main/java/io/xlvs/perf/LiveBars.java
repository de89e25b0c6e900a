// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Method;
import io.xlvs.perf.LiveBed.Hook;

/** What is asked of packets a second on one core. */
final class LiveBars {
  private static final double OF_NFTABLES = 8;
  private static final double TC_OF_BARE = 0.9;
  private static final double RING_OF_BARE = 0.75;

  private LiveBars() {}

  static Bar besideBare(Hook hook, Mode mode, LiveKind kind) {
    if (!kind.isBarred()) {
      return Bar.NONE;
    }
    boolean direct = mode.method == Method.DR;
    if (hook == Hook.TC) {
      return kind.flows() == 1 ? Bar.ratioAtLeast(TC_OF_BARE) : Bar.NONE;
    } else if (kind.ring() != null) {
      return Bar.ratioAtLeast(RING_OF_BARE);
    } else if (kind.flows() == 1) {
      return Bar.ratioAtLeast(direct ? 0.85 : 0.75);
    } else if (mode.method != Method.FULLNAT) {
      return Bar.ratioAtLeast(direct ? 0.35 : 0.31);
    }
    return Bar.NONE;
  }

  static Bar besideNftables(Hook hook, LiveKind kind) {
    return hook == Hook.XDP && kind.isBarred() ? Bar.ratioAtLeast(OF_NFTABLES) : Bar.NONE;
  }
}
