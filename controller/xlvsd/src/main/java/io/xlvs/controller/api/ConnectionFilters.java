// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import io.xlvs.controller.dataplane.ConnectionFilter;
import io.xlvs.controller.dataplane.ConnectionState;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.RealServerKey;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.v1.ListConnectionsRequest;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;

/** Reads the conditions of a request; StatusRuntimeException names the field that is wrong. */
final class ConnectionFilters {
  private ConnectionFilters() {}

  static ConnectionFilter of(ListConnectionsRequest request) {
    Optional<ServiceKey> service = request.getService().isEmpty()
        ? Optional.empty() : Optional.of(Backend.key("service", request.getService()));
    Optional<IpAddress> server = Optional.empty();
    OptionalInt port = OptionalInt.empty();
    if (hasPort(request.getServer())) {
      RealServerKey key = read("server", () -> RealServerKey.parse(request.getServer()));
      server = Optional.of(key.address());
      port = OptionalInt.of(key.port());
    } else if (!request.getServer().isEmpty()) {
      server = Optional.of(read("server", () -> IpAddress.parse(request.getServer())));
    }
    Set<ConnectionState> states = EnumSet.noneOf(ConnectionState.class);
    for (io.xlvs.v1.ConnectionState state : request.getStatesList()) {
      read("states", () -> EnumMapper.fromProto(state)).ifPresent(states::add);
    }
    Client client = client(request.getClient());
    return new ConnectionFilter(service, server, port, client.address(), client.prefixLength(), states);
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
      throw StatusMapper.invalid("client", "\"" + text + "\" has no prefix length 0.." + bits + ": " + address + "/" + bits + " would have");
    }
    return new Client(Optional.of(address), Integer.parseInt(length));
  }

  private static <T> T read(String field, Supplier<T> reader) {
    try {
      return reader.get();
    } catch (IllegalArgumentException e) {
      throw StatusMapper.invalid(field, e.getMessage());
    }
  }
}
