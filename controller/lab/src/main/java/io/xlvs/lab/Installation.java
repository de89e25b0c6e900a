// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The programs as they are installed: a directory with bin and lib.
 *
 * @param home that directory
 */
record Installation(Path home) {
  /** The one that this process was started from; the system property {@code xlvs.home} names it. */
  static Installation own() {
    String home = System.getProperty("xlvs.home");
    if (home == null) {
      throw new LabException("system property xlvs.home is missing: it names the directory with bin/xlvsd, as `make build` makes it");
    }
    Installation own = new Installation(Path.of(home).toAbsolutePath().normalize());
    for (String program : List.of("xlvsd", "lbctl", "xlvs-realserver")) {
      if (!Files.isExecutable(own.home.resolve("bin").resolve(program))) {
        throw new LabException(own.home.resolve("bin").resolve(program) + " is missing: run `make build`");
      }
    }
    return own;
  }

  Path bin() {
    return home.resolve("bin");
  }

  /** A program's path. */
  String program(String name) {
    return bin().resolve(name).toString();
  }

  /** The command of the lab's own server program. */
  List<String> server() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC", "-Xmx96m", "-Dsun.net.httpserver.maxReqTime=-1", "-Dsun.net.httpserver.idleInterval=3600",
        "-cp", home.resolve("lib") + "/*", "io.xlvs.lab.server.Main");
  }
}
