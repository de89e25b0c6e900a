// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.ServiceKey;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Which connections are wanted; all conditions that are set must hold.
 *
 * @param service of this service
 * @param serverAddress to this real server
 * @param serverPort with this port
 * @param client from this client, or network
 * @param clientPrefixLength how many leading bits of client count; ignored without client
 * @param states in one of these; empty: any
 */
public record ConnectionFilter(
    Optional<ServiceKey> service,
    Optional<IpAddress> serverAddress,
    OptionalInt serverPort,
    Optional<IpAddress> client,
    int clientPrefixLength,
    Set<ConnectionState> states) {
  /** Every connection. */
  public static final ConnectionFilter ALL = new ConnectionFilter(
      Optional.empty(), Optional.empty(), OptionalInt.empty(), Optional.empty(), 0, Set.of());

  /** Whether the entry is wanted as far as its own fields tell: all conditions but firewall-mark services. */
  public boolean matches(ConnectionEntry entry) {
    return service.map(key -> matchesService(key, entry)).orElse(true)
        && serverAddress.map(entry.serverAddress()::equals).orElse(true)
        && (serverPort.isEmpty() || serverPort.getAsInt() == entry.serverPort())
        && client.map(address -> address.matches(entry.clientAddress(), clientPrefixLength)).orElse(true)
        && (states.isEmpty() || states.contains(entry.state()));
  }

  private static boolean matchesService(ServiceKey key, ConnectionEntry entry) {
    return !(key instanceof ServiceKey.Endpoint endpoint)
        || entry.protocol().filter(endpoint.protocol()::equals).isPresent()
            && endpoint.address().equals(entry.virtualAddress())
            && (endpoint.port() == 0 || endpoint.port() == entry.virtualPort());
  }
}
