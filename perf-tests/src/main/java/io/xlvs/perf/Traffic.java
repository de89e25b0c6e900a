// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Family;

/**
 * What live frames are sent.
 *
 * @param flows on each CPU that sends, a power of two
 * @param bytes of a frame
 */
record Traffic(Mode mode, Family family, Transport transport, int flows, int bytes) {
  /** The least that Ethernet, IP and TCP take. */
  static final int SMALL = 64;

  /** Nearly what a device carries; encapsulation fits. */
  static final int LARGE = 1400;

  /** IPv6 packets are longer at least. */
  private static final int SMALL_IPV6 = 80;

  /** Connections that fit caches nearly. */
  static final int MANY = 1 << 14;

  /** Connections whose tables are cold: each packet is its connection's first for long. */
  static final int MILLION = 1 << 20;

  Traffic {
    if (family == Family.IPV6 && bytes < SMALL_IPV6) {
      bytes = SMALL_IPV6;
    }
  }

  Plan plan() {
    return Plan.of(mode.method, family, transport);
  }

  Shape shape() {
    return mode.reply ? Shape.reply(plan(), Frames.ACK, flows, bytes) : Shape.request(plan(), Frames.ACK, flows, bytes);
  }

  /** The way in which connections begin. */
  Traffic requests() {
    return switch (mode) {
      case NAT_OUT -> new Traffic(Mode.NAT_IN, family, transport, flows, bytes);
      case FULLNAT_OUT -> new Traffic(Mode.FULLNAT_IN, family, transport, flows, bytes);
      default -> this;
    };
  }

  String label() {
    return mode.label() + " " + kind();
  }

  /** All but the mode. */
  String kind() {
    String many = flows == 1 ? "1 flow" : flows < MILLION ? (flows >> 10) + "k flows" : (flows >> 20) + "M flows";
    return (family == Family.IPV4 ? "v4 " : "v6 ") + transport + " " + bytes + " B " + many;
  }
}
