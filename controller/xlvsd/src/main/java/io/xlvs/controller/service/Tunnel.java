// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

import java.util.Objects;

/**
 * Encapsulation parameters of a real server.
 *
 * @param type encapsulation
 * @param port UDP destination port of GUE, 1..65535; 0 for the other types
 * @param checksum checksum of the encapsulation
 */
public record Tunnel(TunnelType type, int port, TunnelChecksum checksum) {
  /** IPIP without a checksum: what TUN does unless told otherwise, and what every other method carries. */
  public static final Tunnel DEFAULT = new Tunnel(TunnelType.IPIP, 0, TunnelChecksum.NONE);

  public Tunnel {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(checksum, "checksum");
  }
}
