// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A directory of the cgroup version 2 file system. Every program of the lab is in one, so that a killed lab's programs are known, and a
 * real server's TOA reader serves that real server only.
 *
 * @param directory its path
 */
public record Cgroup(Path directory) {
  private static final Path MOUNTS = Path.of("/proc/self/mounts");
  private static final long KILL_SECONDS = 120;

  /** Where the file system is mounted; empty if it is not. */
  static Optional<Path> mounted() {
    try (Stream<String> lines = Files.lines(MOUNTS)) {
      return lines.map(line -> line.split(" ")).filter(fields -> fields[2].equals("cgroup2")).map(fields -> Path.of(fields[1])).findFirst();
    } catch (IOException e) {
      throw new LabException(MOUNTS + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Creates it. */
  static Cgroup create(Path directory) {
    try {
      return new Cgroup(Files.createDirectory(directory));
    } catch (IOException e) {
      throw new LabException("cgroup " + directory + " cannot be created: " + e, e);
    }
  }

  /** One below this. */
  Cgroup child(String name) {
    return create(directory.resolve(name));
  }

  /** A command that runs in it. */
  List<String> wrap(List<String> words) {
    List<String> wrapped = new ArrayList<>(List.of("sh", "-c", "echo $$ > \"$0/cgroup.procs\" && exec \"$@\"", directory.toString()));
    wrapped.addAll(words);
    return wrapped;
  }

  /** Kills every process in it and below, and removes it. A program that was just started may still be on its way into it. */
  void remove() {
    long end = System.nanoTime() + KILL_SECONDS * 1_000_000_000L;
    try {
      while (!removed(end)) {
        Waiting.pause(10);
      }
    } catch (IOException e) {
      throw new LabException("cgroup " + directory + " cannot be removed: " + e, e);
    }
  }

  private boolean removed(long end) throws IOException {
    Files.writeString(directory.resolve("cgroup.kill"), "1");
    awaitEmpty(end);
    try (Stream<Path> tree = Files.walk(directory)) {
      // Only directories can be removed there; the deepest first.
      for (Path path : tree.filter(Files::isDirectory).sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
      return true;
    } catch (FileSystemException e) {
      if (System.nanoTime() > end) {
        throw e;
      }
      return false; // a process has come in since: it gets the next round's signal
    }
  }

  private void awaitEmpty(long end) throws IOException {
    Path events = directory.resolve("cgroup.events");
    while (Files.readString(events).contains("populated 1")) {
      if (System.nanoTime() > end) {
        throw new IOException("its processes do not end");
      }
      Waiting.pause(10);
    }
  }
}
