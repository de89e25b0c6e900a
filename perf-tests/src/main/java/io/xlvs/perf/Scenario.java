// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Family;
import io.xlvs.bpf.Pick;

/**
 * What is measured.
 *
 * @param mode null for packets that are not ours
 */
record Scenario(Mode mode, Family family, Transport transport, Situation situation) {
  /** What the data plane knows of the packet's connection. */
  enum Situation {
    HIT("hit", 1),
    MISS("miss", 4096),
    /** UDP whose server never answers: no cached decision, its place is the handshakes' table. */
    ONE_WAY("one way", 1),
    NEW("new", 1 << 24),
    MILLION("hit, 1M flows", 1 << 20),
    NOT_OURS("not ours", 1),
    RING_MH("ring first, mh", 1, Pick.MH),
    RING_MH_MILLION("ring first, mh, 1M flows", 1 << 20, Pick.MH),
    RING_MH_NEW("ring first, mh, new", 1 << 20, Pick.MH),
    RING_SH("ring first, sh", 1, Pick.SH),
    RING_SH_MILLION("ring first, sh, 1M flows", 1 << 20, Pick.SH),
    RING_SH_NEW("ring first, sh, new", 1 << 20, Pick.SH);

    final String label;

    /** By what the ring is entered, with the client's port; null: there are connections. */
    final Pick ring;

    /** How many flows take turns. */
    final int flows;

    Situation(String label, int flows) {
      this(label, flows, null);
    }

    Situation(String label, int flows, Pick ring) {
      this.label = label;
      this.flows = flows;
      this.ring = ring;
    }

    /** Whether each packet begins a connection. */
    boolean isNew() {
      return this == NEW || this == RING_MH_NEW || this == RING_SH_NEW;
    }
  }

  Plan plan() {
    return Plan.of(mode == null ? io.xlvs.bpf.Method.NAT : mode.method, family, transport);
  }

  Scenario with(Mode other) {
    return new Scenario(other, family, transport, situation);
  }

  Scenario with(Family other) {
    return new Scenario(mode, other, transport, situation);
  }

  Scenario with(Transport other) {
    return new Scenario(mode, family, other, situation);
  }

  Shape shape() {
    int flags = situation.isNew() ? Frames.SYN : Frames.ACK;
    if (situation == Situation.NOT_OURS) {
      return Shape.unrelated(plan(), situation.flows);
    }
    return mode.reply ? Shape.reply(plan(), flags, situation.flows) : Shape.request(plan(), flags, situation.flows);
  }

  String label() {
    String who = mode == null ? "" : mode.label() + " ";
    return who + (family == Family.IPV4 ? "v4 " : "v6 ") + transport + " " + situation.label;
  }
}
