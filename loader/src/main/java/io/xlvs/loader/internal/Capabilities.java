// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The calling process's effective capabilities, as far as BPF needs them. */
public final class Capabilities {
  private static final int CAP_NET_ADMIN = 12;
  private static final int CAP_SYS_ADMIN = 21;
  private static final int CAP_PERFMON = 38;
  private static final int CAP_BPF = 39;

  private Capabilities() {}

  /** Names what is missing, for a message. */
  public static String missing() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/thread-self/status"))) {
        if (line.startsWith("CapEff:")) {
          return missing(Long.parseUnsignedLong(line.substring("CapEff:".length()).strip(), 16));
        }
      }
      return "capabilities unknown: /proc/thread-self/status has no CapEff line";
    } catch (IOException e) {
      return "capabilities unknown: " + e;
    }
  }

  static String missing(long effective) {
    List<String> names = new ArrayList<>();
    if (!has(effective, CAP_SYS_ADMIN)) {
      add(names, effective, CAP_BPF, "CAP_BPF");
      add(names, effective, CAP_PERFMON, "CAP_PERFMON");
    }
    add(names, effective, CAP_NET_ADMIN, "CAP_NET_ADMIN");
    return names.isEmpty()
        ? "no capability is missing: a security module or container policy refuses bpf(2)"
        : "missing " + String.join(", ", names);
  }

  private static void add(List<String> names, long effective, int capability, String name) {
    if (!has(effective, capability)) {
      names.add(name);
    }
  }

  private static boolean has(long effective, int capability) {
    return (effective >>> capability & 1) != 0;
  }
}
