// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Family;

/**
 * What the packets of a measurement are alike in: all but the mode.
 *
 * @param flows of each CPU, a power of two
 * @param ringFirst whether the ring of mh alone decides, and there are no connections
 */
record LiveKind(Family family, int flows, int bytes, int cpus, boolean ringFirst) {
  LiveKind(Family family, int flows, int bytes, int cpus) {
    this(family, flows, bytes, cpus, false);
  }

  LiveKind(int flows, int bytes, int cpus) {
    this(Family.IPV4, flows, bytes, cpus);
  }

  static LiveKind ringFirst(int flows) {
    return new LiveKind(Family.IPV4, flows, Traffic.SMALL, 1, true);
  }

  String label() {
    return (ringFirst ? "ring first, mh " : "") + traffic(Mode.DR).kind() + (cpus == 1 ? "" : " a core, " + cpus + " cores");
  }

  Traffic traffic(Mode mode) {
    return new Traffic(mode, family, Transport.TCP, flows, bytes);
  }

  /** Whether packets a second are asked of it, beside the bare redirect: floors are then set beside it, too. */
  boolean isBarred() {
    return family == Family.IPV4 && cpus == 1 && flows != Traffic.MANY;
  }
}
