// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

/** What an entry of the service table stands for: {@code enum xlvs_endpoint_kind}. */
public enum EndpointKind implements AbiConstant {
  /** The way is free. */
  NONE(0),

  /** Destination of requests: VIP, port (0: any), protocol. */
  SERVICE(1),

  /** Source of NAT replies: RIP, port, protocol. */
  SERVER(2),

  /** Destination of FULLNAT replies: LIP, port 0, protocol 0. */
  LOCAL(3),

  /** An address with services: VIP, port 0, protocol 0. */
  VIP(4),

  /** Firewall mark that a packet of tc carries: the mark as an address, port 0, protocol 0. */
  MARK(5);

  private static final EndpointKind[] VALUES = values();

  private final int value;

  EndpointKind(int value) {
    this.value = value;
  }

  @Override
  public int value() {
    return value;
  }

  /** The constant with this number; an unknown number means that the map was written by something else. */
  public static EndpointKind of(int value) {
    for (EndpointKind constant : VALUES) {
      if (constant.value == value) {
        return constant;
      }
    }
    throw new IllegalArgumentException("no such endpoint kind: " + value);
  }
}
