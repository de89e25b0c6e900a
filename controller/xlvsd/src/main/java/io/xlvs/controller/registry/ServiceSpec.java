// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import io.xlvs.controller.service.AddressFamily;
import io.xlvs.controller.service.Protocol;
import java.util.List;
import java.util.Optional;

/**
 * What somebody wants a virtual service to be; nothing is checked yet. Numbers are wider than their ranges, so that a value out of
 * range arrives as it was given.
 *
 * @param firewallMark 0: the service has an address
 * @param scheduler empty: the default
 * @param persistenceNetmask the mask as a 32-bit number, or 0 for all bits
 * @param persistencePrefixLength 0 for all bits
 * @param tcpTimeoutSeconds 0 for the director's, as with the next two
 */
public record ServiceSpec(
    Optional<Protocol> protocol,
    String address,
    long port,
    long firewallMark,
    Optional<AddressFamily> family,
    String scheduler,
    List<String> schedulerFlags,
    long persistenceTimeoutSeconds,
    int persistenceNetmask,
    long persistencePrefixLength,
    String persistenceEngine,
    boolean onePacket,
    long tcpTimeoutSeconds,
    long tcpFinTimeoutSeconds,
    long udpTimeoutSeconds) {}
