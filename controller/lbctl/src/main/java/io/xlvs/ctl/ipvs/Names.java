// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/** Names of hosts and ports, as the C library knows them. */
public interface Names {
  /** How long a listing waits for the name of one address, and in vain for all: a resolver that is there answers in time. */
  long LOOKUP_MILLIS = 2_000;

  /** See {@link #LOOKUP_MILLIS}. */
  long ALL_LOOKUPS_MILLIS = 5_000;

  /** The first IPv4 address of a host, as ipvsadm resolves names; empty if the name is unknown. */
  Optional<InetAddress> address(String host);

  /** The name of an address, or empty if it has none. */
  Optional<String> host(InetAddress address);

  /** The port of a named service, for a protocol such as {@code "tcp"}. */
  OptionalInt port(String service, String protocol);

  /** The name of a port, for a protocol such as {@code "tcp"}. */
  Optional<String> service(int port, String protocol);

  /** This host's names: the resolver of the platform and {@code /etc/services}. */
  static Names ofHost() {
    return new Names() {
      private final HostLookups hosts = new HostLookups(InetAddress::getCanonicalHostName, LOOKUP_MILLIS, ALL_LOOKUPS_MILLIS);
      private final ServiceNames services = new ServiceNames(Path.of("/etc/services"));

      @Override
      public Optional<InetAddress> address(String host) {
        if (host.isEmpty()) {
          // InetAddress takes the empty name for the loopback address.
          return Optional.empty();
        }
        try {
          for (InetAddress address : InetAddress.getAllByName(host)) {
            if (address instanceof Inet4Address) {
              return Optional.of(address);
            }
          }
        } catch (UnknownHostException unknown) {
          return Optional.empty();
        }
        return Optional.empty();
      }

      @Override
      public Optional<String> host(InetAddress address) {
        return hosts.name(address);
      }

      @Override
      public OptionalInt port(String service, String protocol) {
        return services.port(service, protocol);
      }

      @Override
      public Optional<String> service(int port, String protocol) {
        return services.name(port, protocol);
      }
    };
  }
}
