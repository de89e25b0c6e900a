// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Family;
import io.xlvs.bpf.Pick;
import java.util.Locale;

/**
 * What the packets of a measurement are alike in: all but the mode.
 *
 * @param flows of each CPU, a power of two
 * @param ring by what the services of DR and TUN enter their ring, if it alone decides, without connections; null: they have them
 */
record LiveKind(Family family, int flows, int bytes, int cpus, Pick ring) {
  LiveKind(Family family, int flows, int bytes, int cpus) {
    this(family, flows, bytes, cpus, null);
  }

  LiveKind(int flows, int bytes, int cpus) {
    this(Family.IPV4, flows, bytes, cpus);
  }

  static LiveKind ringFirst(int flows, Pick ring) {
    return new LiveKind(Family.IPV4, flows, Traffic.SMALL, 1, ring);
  }

  String label() {
    return (ring == null ? "" : "ring first, " + ring.name().toLowerCase(Locale.ROOT) + " ") + traffic(Mode.DR).kind() + (cpus == 1 ? "" : " a core, " + cpus + " cores");
  }

  Traffic traffic(Mode mode) {
    return new Traffic(mode, family, Transport.TCP, flows, bytes);
  }

  /** Whether there are floors to set beside it. */
  boolean hasFloor() {
    return family == Family.IPV4 && cpus == 1;
  }

  /** Whether packets a second are asked of it, beside the bare redirect. */
  boolean isBarred() {
    return hasFloor() && flows != Traffic.MANY;
  }
}
