// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import java.nio.file.Path;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Which instance a command is about. */
final class InstanceOptions {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,62}");

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name of the instance; by default one for each network namespace.")
  private String name;

  @Option(
      names = "--run-dir",
      paramLabel = "DIR",
      defaultValue = "/run/xlvs-realserver",
      description = "Where states and pins are kept; emptied by a reboot (default: ${DEFAULT-VALUE}).")
  private String runDirectory;

  /** The given name, or that of the caller's network namespace. */
  String name(Host host) {
    if (name == null) {
      return "netns-" + host.networkNamespace();
    }
    // "bpf" and "lock" are entries of the run directory; bpffs refuses names with a dot.
    if (!NAME.matcher(name).matches() || name.equals("bpf") || name.equals("lock")) {
      throw new UsageException("--name", name, "is no name for an instance: write up to 63 letters, digits, '_' and '-', and not 'bpf' or 'lock'");
    }
    return name;
  }

  Path runDirectory() {
    return Path.of(runDirectory).toAbsolutePath().normalize();
  }
}
