// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import com.google.protobuf.Duration;
import io.xlvs.controller.dataplane.ConnectionFilter;
import io.xlvs.controller.dataplane.ConnectionFilter.Kind;
import io.xlvs.controller.dataplane.ConnectionFilter.Span;
import io.xlvs.controller.dataplane.ConnectionState;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.RealServerKey;
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.v1.ConnectionKind;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;

/** Reads the conditions of a request; StatusRuntimeException names the field that is wrong. */
final class ConnectionFilters {
  private static final String PREFIX = "filter.";
  private static final int NANOS_PER_SECOND = 1_000_000_000;

  /** What google.protobuf.Duration can hold: 10,000 years. */
  private static final long MOST_SECONDS = 315_576_000_000L;

  private ConnectionFilters() {}

  static ConnectionFilter of(io.xlvs.v1.ConnectionFilter wanted) {
    Optional<ServiceKey> service = wanted.getService().isEmpty()
        ? Optional.empty() : Optional.of(Backend.key(PREFIX + "service", wanted.getService()));
    Optional<IpAddress> server = Optional.empty();
    OptionalInt port = OptionalInt.empty();
    if (hasPort(wanted.getServer())) {
      RealServerKey key = read("server", () -> RealServerKey.parse(wanted.getServer()));
      server = Optional.of(key.address());
      port = OptionalInt.of(key.port());
    } else if (!wanted.getServer().isEmpty()) {
      server = Optional.of(read("server", () -> IpAddress.parse(wanted.getServer())));
    }
    Set<ConnectionState> states = EnumSet.noneOf(ConnectionState.class);
    for (io.xlvs.v1.ConnectionState state : wanted.getStatesList()) {
      read("states", () -> EnumMapper.fromProto(state)).ifPresent(states::add);
    }
    Optional<Protocol> protocol = read("protocol", () -> EnumMapper.fromProto(wanted.getProtocol()));
    Client client = client(wanted.getClient());
    Span idle = wanted.hasMinIdle() || wanted.hasMaxIdle()
        ? span("idle", wanted.getMinIdle(), wanted.hasMaxIdle(), wanted.getMaxIdle()) : Span.ANY;
    Span age = wanted.hasMinAge() || wanted.hasMaxAge()
        ? span("age", wanted.getMinAge(), wanted.hasMaxAge(), wanted.getMaxAge()) : Span.ANY;
    return new ConnectionFilter(
        service, server, port, client.address(), client.prefixLength(), states, protocol, kind(wanted.getKind()), idle, age);
  }

  private static Kind kind(ConnectionKind kind) {
    return switch (kind) {
      case CONNECTION_KIND_UNSPECIFIED, CONNECTION_KIND_ANY -> Kind.ANY;
      case CONNECTION_KIND_CONNECTION -> Kind.CONNECTION;
      case CONNECTION_KIND_TEMPLATE -> Kind.TEMPLATE;
      case UNRECOGNIZED -> throw StatusMapper.invalid(PREFIX + "kind", "the number is no kind of connection: a client newer than this xlvsd sent it");
    };
  }

  private static long millis(String field, Duration duration) {
    boolean valid = duration.getSeconds() >= 0 && duration.getSeconds() <= MOST_SECONDS
        && duration.getNanos() >= 0 && duration.getNanos() < NANOS_PER_SECOND;
    if (!valid) {
      throw StatusMapper.invalid(PREFIX + field, field + " of " + duration.getSeconds() + " s and " + duration.getNanos()
          + " ns is refused: it must be a duration of 0 to " + MOST_SECONDS + " s");
    }
    return duration.getSeconds() * 1000 + duration.getNanos() / 1_000_000;
  }

  private static Span span(String what, Duration least, boolean bounded, Duration most) {
    Span span = new Span(millis("min_" + what, least), bounded ? millis("max_" + what, most) : Long.MAX_VALUE);
    if (span.mostMillis() < span.leastMillis()) {
      throw StatusMapper.invalid(PREFIX + "max_" + what, "max_" + what + " is " + span.mostMillis() + " ms, less than the " + span.leastMillis()
          + " ms of min_" + what + ": nothing lies between them; exchange the two");
    }
    return span;
  }

  /** "[fd00::11]:80" and "10.1.0.11:80" have a port; "fd00::11" has not. */
  private static boolean hasPort(String server) {
    return server.startsWith("[") || server.indexOf(':') >= 0 && server.indexOf(':') == server.lastIndexOf(':');
  }

  private record Client(Optional<IpAddress> address, int prefixLength) {}

  private static Client client(String text) {
    if (text.isEmpty()) {
      return new Client(Optional.empty(), 0);
    }
    int slash = text.indexOf('/');
    IpAddress address = read("client", () -> IpAddress.parse(slash < 0 ? text : text.substring(0, slash)));
    int bits = address.family().addressBits();
    String length = slash < 0 ? Integer.toString(bits) : text.substring(slash + 1);
    if (!length.matches("[0-9]{1,3}") || Integer.parseInt(length) > bits) {
      throw StatusMapper.invalid(PREFIX + "client", "\"" + text + "\" has no prefix length 0.." + bits + ": " + address + "/" + bits + " would have");
    }
    return new Client(Optional.of(address), Integer.parseInt(length));
  }

  private static <T> T read(String field, Supplier<T> reader) {
    try {
      return reader.get();
    } catch (IllegalArgumentException e) {
      throw StatusMapper.invalid(PREFIX + field, e.getMessage());
    }
  }
}
