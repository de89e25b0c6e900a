// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Has the kernel track so many connections, with a hash bucket for each: limits of the whole machine, which only its first
 * network namespace can set. What was there before returns with {@link #close()}.
 */
final class ConntrackRoom implements AutoCloseable {
  private static final Path SYSCTLS = Path.of("/proc/sys/net/netfilter");

  private final Map<Path, Long> before = new LinkedHashMap<>();

  ConntrackRoom(long connections) {
    raise("nf_conntrack_buckets", connections);
    raise("nf_conntrack_max", connections + connections / 8);
  }

  private void raise(String name, long atLeast) {
    Path path = SYSCTLS.resolve(name);
    try {
      long now = read(path);
      if (now < atLeast) {
        before.put(path, now);
        write(path, atLeast);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot raise " + path + " to " + atLeast + ": run as root, outside of containers", e);
    }
  }

  /** Not by Files.readString, which asks for a byte at first and is given no more than that byte by a sysctl. */
  private static long read(Path path) throws IOException {
    return Long.parseLong(Files.readAllLines(path).get(0));
  }

  private static void write(Path path, long value) throws IOException {
    Files.writeString(path, Long.toString(value));
  }

  @Override
  public void close() {
    before.forEach((path, value) -> {
      try {
        write(path, value);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot set " + path + " back to " + value, e);
      }
    });
  }
}
