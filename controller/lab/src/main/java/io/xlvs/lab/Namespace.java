// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A network namespace by the name that {@code ip netns} knows. Programs enter it with nsenter and not with {@code ip netns exec}, which
 * would give them a /sys without the BPF file system.
 *
 * @param name unique on the machine
 */
public record Namespace(String name) {
  private static final Path DIRECTORY = Path.of("/run/netns");

  /** Creates it, with lo up. */
  static Namespace create(String name) {
    Command.run(List.of("ip", "netns", "add", name));
    Namespace created = new Namespace(name);
    created.ip("link set lo up");
    return created;
  }

  /** All that the machine has now. */
  static List<Namespace> all() {
    if (!Files.isDirectory(DIRECTORY)) {
      return List.of();
    }
    try (var names = Files.list(DIRECTORY)) {
      return names.map(path -> new Namespace(path.getFileName().toString())).toList();
    } catch (IOException e) {
      throw new LabException(DIRECTORY + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Where it can be opened. */
  public Path path() {
    return DIRECTORY.resolve(name);
  }

  /** A command that runs in it, in the caller's mount namespace. */
  public List<String> wrap(List<String> words) {
    List<String> wrapped = new ArrayList<>(List.of("nsenter", "--net=" + path()));
    wrapped.addAll(words);
    return wrapped;
  }

  /** Runs a program in it to its end; the standard output. */
  public String run(String... words) {
    return Command.run(wrap(List.of(words)));
  }

  /** Runs lines of iproute2's {@code ip}, all in one process. */
  public void ip(String... lines) {
    Command.Result result =
        Command.attempt(List.of("ip", "-netns", name, "-batch", "-"), String.join("\n", lines) + "\n", Map.of());
    if (result.status() != 0) {
      throw new LabException("ip failed in namespace " + name + ": " + result.err().strip());
    }
  }

  /** Sets values below /proc/sys, which shows the namespace of who reads it. */
  void sysctl(String... assignments) {
    StringBuilder script = new StringBuilder("set -e\n");
    for (String assignment : assignments) {
      int equals = assignment.indexOf('=');
      script.append("echo ").append(assignment.substring(equals + 1)).append(" > /proc/sys/").append(assignment, 0, equals).append('\n');
    }
    run("sh", "-c", script.toString());
  }

  /** Removes it with its interfaces. */
  void delete() {
    Command.run(List.of("ip", "netns", "delete", name));
  }
}
