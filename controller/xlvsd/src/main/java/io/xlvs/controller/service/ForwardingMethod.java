// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

/** How packets reach a real server: ipvsadm(8), "packet-forwarding-method". */
public enum ForwardingMethod {
  /** Masquerading (-m): destination rewritten on the way in, source on the way back. */
  NAT,
  /** Gatewaying (-g): only the destination MAC changes. */
  DR,
  /** Tunnelling (-i): the packet is encapsulated to the real server. */
  TUN,
  /** Full NAT (-b as in DPVS): the source becomes a local address of the service as well. */
  FULLNAT;

  /** Whether the destination port can be changed on the way to the real server. */
  public boolean mapsPorts() {
    return this == NAT || this == FULLNAT;
  }
}
