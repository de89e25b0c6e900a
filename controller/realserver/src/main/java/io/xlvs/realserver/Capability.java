// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Linux capabilities that setting up needs; numbers from linux/capability.h. */
enum Capability {
  /** Addresses, sysctls, tc. */
  CAP_NET_ADMIN(12, false),
  /** Mounting a bpffs. */
  CAP_SYS_ADMIN(21, true),
  /** Arithmetic with packet pointers. */
  CAP_PERFMON(38, true),
  CAP_BPF(39, true);

  private static final Path STATUS = Path.of("/proc/thread-self/status");
  private static final String EFFECTIVE = "CapEff:";

  private final int number;
  private final boolean bpfOnly;

  Capability(int number, boolean bpfOnly) {
    this.number = number;
    this.bpfOnly = bpfOnly;
  }

  static List<String> missing(Method method) {
    long effective = effective();
    return Stream.of(values())
        .filter(capability -> !capability.bpfOnly || method != Method.DR)
        .filter(capability -> (effective >>> capability.number & 1) == 0)
        .map(Capability::name)
        .toList();
  }

  private static long effective() {
    try (Stream<String> lines = Files.lines(STATUS)) {
      String mask = lines.filter(line -> line.startsWith(EFFECTIVE)).findFirst().orElseThrow();
      return Long.parseUnsignedLong(mask.substring(EFFECTIVE.length()).strip(), 16);
    } catch (IOException e) {
      throw new SetupException("cannot read " + STATUS + ": " + e.getMessage(), e);
    }
  }
}
