// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Method;

/** A forwarding method in one direction. */
enum Mode {
  DR(Method.DR, false),
  TUN(Method.TUN, false),
  NAT_IN(Method.NAT, false),
  NAT_OUT(Method.NAT, true),
  FULLNAT_IN(Method.FULLNAT, false),
  FULLNAT_OUT(Method.FULLNAT, true);

  /** The method. */
  final Method method;

  /** Whether packets come from the real server. */
  final boolean reply;

  Mode(Method method, boolean reply) {
    this.method = method;
    this.reply = reply;
  }

  /** The program of floor A that rewrites as this mode does. */
  String floorProgram() {
    return "floor_" + name().toLowerCase(java.util.Locale.ROOT);
  }

  /** As tables print it. */
  String label() {
    return name().replace('_', ' ').replace("IN", "in").replace("OUT", "out");
  }
}
