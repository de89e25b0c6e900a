// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

/** How a place of a ring changes hands: {@code enum xlvs_place_state}. docs/adr/0008-ring-first.md has the rules. */
public enum PlaceState implements AbiConstant {
  /** Every live flow of the place is at its server. */
  STABLE(0),

  /** Handshakes may still be under way: new flows, too, go to the old server and are recorded. */
  HOLD(1),

  /** A SYN goes to the new server, other packets without a record to the old one; both are recorded. */
  LEARN(2),

  /** Packets without a record go to the new server: whoever is elsewhere has a record. */
  DRAIN(3);

  private static final PlaceState[] VALUES = values();

  private final int value;

  PlaceState(int value) {
    this.value = value;
  }

  @Override
  public int value() {
    return value;
  }

  static PlaceState of(int value) {
    return VALUES[value];
  }
}
