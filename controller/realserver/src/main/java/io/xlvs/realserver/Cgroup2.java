// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The cgroup version 2 file system. */
final class Cgroup2 {
  private static final Path MOUNTS = Path.of("/proc/thread-self/mountinfo");

  private Cgroup2() {}

  /** Its root as mounted here. */
  static Path root() {
    try (Stream<String> lines = Files.lines(MOUNTS)) {
      return lines
          .filter(line -> line.contains(" - cgroup2 "))
          .map(line -> Path.of(line.split(" ")[4]))
          .findFirst()
          .orElseThrow(
              () ->
                  new UsageException(
                      "--cgroup is missing: no cgroup2 file system is mounted here; "
                          + "mount one with 'mount -t cgroup2 none /sys/fs/cgroup/unified' or name its directory"));
    } catch (IOException e) {
      throw new SetupException("cannot read " + MOUNTS + ": " + e.getMessage(), e);
    }
  }

  /** Whether a path is a directory of that file system: cgroup.controllers exists in each, and only in version 2. */
  static boolean isDirectory(Path path) {
    return Files.isDirectory(path) && Files.isReadable(path.resolve("cgroup.controllers"));
  }
}
