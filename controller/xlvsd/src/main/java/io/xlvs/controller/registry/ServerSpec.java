// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.TunnelChecksum;
import io.xlvs.controller.service.TunnelType;
import java.util.Optional;

/**
 * What somebody wants a real server to be; nothing is checked yet. Numbers are wider than their ranges, so that a value out of range
 * arrives as it was given.
 *
 * @param port 0: the service's
 * @param tunnel empty: none was named
 */
public record ServerSpec(
    String address,
    long port,
    ForwardingMethod method,
    long weight,
    long upperThreshold,
    long lowerThreshold,
    Optional<TunnelSpec> tunnel) {

  /** A tunnel as it was named. */
  public record TunnelSpec(TunnelType type, long port, TunnelChecksum checksum) {}
}
