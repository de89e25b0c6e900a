// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller;

import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What can be known to be missing before anything is touched; each in one line with the remedy. */
final class Preflight {
  /** linux/capability.h, and what xlvsd needs each for. */
  private enum Capability {
    CAP_NET_ADMIN(12),
    CAP_PERFMON(38),
    CAP_BPF(39);

    private final int bit;

    Capability(int bit) {
      this.bit = bit;
    }
  }

  private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+).*");
  private static final int MIN_MAJOR = 6;
  private static final int MIN_MINOR = 1;

  private Preflight() {}

  /** All checks on this machine. */
  static void check(List<String> interfaces) throws StartException {
    requireKernel(System.getProperty("os.version"));
    requireCapabilities(status());
    requireInterfaces(interfaces);
  }

  private static List<String> status() throws StartException {
    try {
      return Files.readAllLines(Path.of("/proc/self/status"));
    } catch (IOException e) {
      throw new StartException("/proc/self/status cannot be read: xlvsd needs a mounted /proc", e);
    }
  }

  /** Linux 6.1 or newer. */
  static void requireKernel(String release) throws StartException {
    Matcher matcher = RELEASE.matcher(release);
    boolean enough = matcher.matches() && (Integer.parseInt(matcher.group(1)) > MIN_MAJOR
        || Integer.parseInt(matcher.group(1)) == MIN_MAJOR && Integer.parseInt(matcher.group(2)) >= MIN_MINOR);
    if (!enough) {
      throw new StartException("kernel " + release + " is too old: Linux 6.1 or newer would be right");
    }
  }

  /** From the lines of /proc/self/status. */
  static void requireCapabilities(List<String> status) throws StartException {
    long effective = 0;
    for (String line : status) {
      if (line.startsWith("CapEff:")) {
        effective = Long.parseUnsignedLong(line.substring("CapEff:".length()).trim(), 16);
      }
    }
    List<String> missing = new ArrayList<>();
    for (Capability capability : Capability.values()) {
      if ((effective >>> capability.bit & 1) == 0) {
        missing.add(capability.name());
      }
    }
    if (!missing.isEmpty()) {
      throw new StartException("missing " + (missing.size() == 1 ? "capability " : "capabilities ") + String.join(", ", missing)
          + ": run xlvsd as root, or give them by AmbientCapabilities= in its systemd unit");
    }
  }

  private static void requireInterfaces(List<String> names) throws StartException {
    for (String name : names) {
      try {
        if (NetworkInterface.getByName(name) == null) {
          List<String> there = NetworkInterface.networkInterfaces().map(NetworkInterface::getName).sorted().toList();
          throw new StartException("interface " + name + " does not exist: there are " + String.join(", ", there));
        }
      } catch (IOException e) {
        throw new StartException("interface " + name + " cannot be looked up: " + e.getMessage(), e);
      }
    }
  }
}
