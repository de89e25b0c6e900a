// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What one lab takes of the machine, all under one unique name {@code xlvs-PID-N}: a directory below /run, a cgroup with all its
 * processes, and network namespaces whose names begin with it.
 */
final class Workspace implements AutoCloseable {
  private static final Path DIRECTORIES = Path.of("/run/xlvs-lab");
  private static final Pattern NAME = Pattern.compile("(xlvs-(\\d+)-\\d+)(-.*)?");
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String name;
  private final Path directory;
  private final Path cgroupRoot;
  private final Cgroup cgroup;

  private Workspace(String name, Path directory, Path cgroupRoot, Cgroup cgroup) {
    this.name = name;
    this.directory = directory;
    this.cgroupRoot = cgroupRoot;
    this.cgroup = cgroup;
  }

  /** Takes what a lab needs, after removing what labs of processes that are no more have left. */
  static Workspace create() {
    removeStale();
    String name = "xlvs-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
    try {
      Path directory = Files.createDirectories(DIRECTORIES.resolve(name));
      Path root = Cgroup.mounted().orElseGet(() -> mountCgroups(directory.resolve("cgroup")));
      return new Workspace(name, directory, root, Cgroup.create(root.resolve(name)));
    } catch (IOException e) {
      throw new LabException("the lab's directory cannot be created below " + DIRECTORIES + ": " + e, e);
    }
  }

  private static Path mountCgroups(Path directory) {
    Command.run(List.of("mkdir", directory.toString()));
    Command.run(List.of("mount", "-t", "cgroup2", "none", directory.toString()));
    return directory;
  }

  String name() {
    return name;
  }

  /** A directory of this lab alone. */
  Path directory(String child) {
    try {
      return Files.createDirectories(directory.resolve(child));
    } catch (IOException e) {
      throw new LabException("directory " + directory.resolve(child) + " cannot be created: " + e, e);
    }
  }

  Cgroup cgroup() {
    return cgroup;
  }

  Namespace namespace(String role) {
    return Namespace.create(name + "-" + role);
  }

  /** Removes all of it. Idempotent. */
  @Override
  public void close() {
    remove(name, cgroupRoot);
  }

  private static void removeStale() {
    Path cgroups = Cgroup.mounted().orElse(null);
    Stream.of(
            Namespace.all().stream().map(Namespace::name),
            children(DIRECTORIES).map(path -> path.getFileName().toString()),
            cgroups == null ? Stream.<String>empty() : children(cgroups).map(path -> path.getFileName().toString()))
        .flatMap(names -> names)
        .map(NAME::matcher)
        .filter(Matcher::matches)
        .filter(matcher -> ProcessHandle.of(Long.parseLong(matcher.group(2))).isEmpty())
        .map(matcher -> matcher.group(1))
        .distinct()
        .forEach(stale -> remove(stale, cgroups));
  }

  private static Stream<Path> children(Path directory) {
    if (!Files.isDirectory(directory)) {
      return Stream.empty();
    }
    try (Stream<Path> children = Files.list(directory)) {
      return children.toList().stream();
    } catch (IOException e) {
      throw new LabException(directory + " cannot be read: " + e, e);
    }
  }

  /** Processes first, since they hold the rest. */
  private static void remove(String name, Path cgroups) {
    if (cgroups != null && Files.isDirectory(cgroups.resolve(name))) {
      new Cgroup(cgroups.resolve(name)).remove();
    }
    Namespace.all().stream().filter(namespace -> namespace.name().startsWith(name + "-")).forEach(Namespace::delete);
    Path directory = DIRECTORIES.resolve(name);
    try (Stream<String> mounts = Files.lines(Path.of("/proc/self/mounts"))) {
      mounts.map(line -> line.split(" ")[1])
          .filter(point -> Path.of(point).startsWith(directory))
          .sorted(Comparator.reverseOrder())
          .forEach(point -> Command.run(List.of("umount", point)));
    } catch (IOException e) {
      throw new LabException("the mounts of this machine cannot be read: " + e, e);
    }
    deleteTree(directory);
    try {
      Files.deleteIfExists(DIRECTORIES);
    } catch (DirectoryNotEmptyException e) {
      // Another lab is there: the last one removes it.
    } catch (IOException e) {
      throw new LabException(DIRECTORIES + " cannot be removed: " + e, e);
    }
  }

  private static void deleteTree(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new LabException(directory + " cannot be removed: " + e, e);
    }
  }
}
