// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Method;

/** A forwarding method in one direction. */
enum Mode {
  DR(Method.DR, false, 0.8),
  TUN(Method.TUN, false, 0.8),
  NAT_IN(Method.NAT, false, 0.8),
  NAT_OUT(Method.NAT, true, 0.8),
  FULLNAT_IN(Method.FULLNAT, false, 1.0),
  FULLNAT_OUT(Method.FULLNAT, true, 1.0);

  /** The method. */
  final Method method;

  /** Whether packets come from the real server. */
  final boolean reply;

  /** What an established packet may cost at most, as a multiple of the floor with the same rewrite. */
  final double bar;

  Mode(Method method, boolean reply, double bar) {
    this.method = method;
    this.reply = reply;
    this.bar = bar;
  }

  /** The floor program that rewrites as this mode does. */
  String floorProgram() {
    return "floor_" + name().toLowerCase(java.util.Locale.ROOT);
  }

  /** As tables print it. */
  String label() {
    return name().replace('_', ' ').replace("IN", "in").replace("OUT", "out");
  }
}
