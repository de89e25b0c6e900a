// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.loader.net.NetDevices;
import io.xlvs.loader.net.NetNs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * A network namespace without a name, with one interface and a neighbour through which everybody is reached. The thread that
 * makes it stays in it until {@link #close()}.
 */
final class Lab implements AutoCloseable {
  private static final String SETUP =
      """
      set -e
      echo 1 >/proc/sys/net/ipv4/ip_forward
      echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
      ip -batch - <<'END'
      link set lo up
      link add uplink address 02:00:00:00:01:01 type veth peer name far
      link set far up
      link set uplink up
      address add 172.16.0.1/24 dev uplink
      address add fd01::1/64 dev uplink nodad
      neigh add 172.16.0.254 lladdr 02:00:00:00:01:fe dev uplink nud permanent
      neigh add fd01::fe lladdr 02:00:00:00:01:fe dev uplink nud permanent
      route add default via 172.16.0.254
      route add default via fd01::fe
      END
      """;

  private final NetNs namespace;

  /** Index of the interface. */
  final int uplink;

  Lab() {
    namespace = NetNs.enterNew();
    try {
      run("sh", "-c", SETUP);
      uplink = NetDevices.indexOf("uplink");
    } catch (RuntimeException e) {
      namespace.close();
      throw e;
    }
  }

  /** Runs a command in the calling thread's namespace and returns what it prints; fails unless it succeeds. */
  static String run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(command[0] + " failed (root, iproute2 and util-linux needed): " + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + command[0], e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while running " + command[0], e);
    }
  }

  @Override
  public void close() {
    namespace.close();
  }
}
