// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.Protocol;
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
 * @param protocol of this protocol
 * @param kind connections, templates or both
 * @param idle idle for so long
 * @param age open for so long; what has no age is only within {@link Span#ANY}
 */
public record ConnectionFilter(
    Optional<ServiceKey> service,
    Optional<IpAddress> serverAddress,
    OptionalInt serverPort,
    Optional<IpAddress> client,
    int clientPrefixLength,
    Set<ConnectionState> states,
    Optional<Protocol> protocol,
    Kind kind,
    Span idle,
    Span age) {
  /** What an entry is. */
  public enum Kind {
    ANY,
    CONNECTION,
    TEMPLATE
  }

  /**
   * A time between two bounds, both inclusive.
   *
   * @param leastMillis not negative, except in {@link #ANY}
   * @param mostMillis at least leastMillis
   */
  public record Span(long leastMillis, long mostMillis) {
    /** Any time, and none: that is {@link ConnectionReader#NO_AGE}. */
    public static final Span ANY = new Span(ConnectionReader.NO_AGE, Long.MAX_VALUE);

    boolean contains(long millis) {
      return millis >= leastMillis && millis <= mostMillis;
    }
  }

  /** Every entry. */
  public static final ConnectionFilter ALL = new ConnectionFilter(
      Optional.empty(), Optional.empty(), OptionalInt.empty(), Optional.empty(), 0, Set.of(), Optional.empty(), Kind.ANY, Span.ANY, Span.ANY);

  /** The same conditions for entries of another kind. */
  public ConnectionFilter ofKind(Kind other) {
    return new ConnectionFilter(
        service, serverAddress, serverPort, client, clientPrefixLength, states, protocol, other, idle, age);
  }

  /** Whether there is no condition but the kind. */
  public boolean isUnconditional() {
    return ofKind(Kind.ANY).equals(ALL);
  }

  /** Whether entries of this kind can be wanted. */
  boolean wants(Kind one) {
    return kind == Kind.ANY || kind == one;
  }

  /** Whether the entry is wanted as far as its own fields tell: all conditions but firewall-mark services. */
  public boolean matches(ConnectionEntry entry) {
    return wants(entry.template() ? Kind.TEMPLATE : Kind.CONNECTION)
        && (service.isEmpty() || matchesService(service.get(), entry))
        && (serverAddress.isEmpty() || serverAddress.get().equals(entry.serverAddress()))
        && (serverPort.isEmpty() || serverPort.getAsInt() == entry.serverPort())
        && (client.isEmpty() || client.get().matches(entry.clientAddress(), clientPrefixLength))
        && (states.isEmpty() || states.contains(entry.state()))
        && (protocol.isEmpty() || protocol.equals(entry.protocol()))
        && idle.contains(entry.idleMillis())
        && age.contains(entry.ageMillis());
  }

  private static boolean matchesService(ServiceKey key, ConnectionEntry entry) {
    return !(key instanceof ServiceKey.Endpoint endpoint)
        || entry.protocol().filter(endpoint.protocol()::equals).isPresent()
            && endpoint.address().equals(entry.virtualAddress())
            && (endpoint.port() == 0 || endpoint.port() == entry.virtualPort());
  }
}
