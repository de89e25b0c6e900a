// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import io.xlvs.loader.pin.BpfFs;
import io.xlvs.loader.pin.PinDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** A bpffs of our own, {@code RUN/bpf}, with a directory of pins for each instance. */
final class BpfMount {
  private static final Path PROCESSES = Path.of("/proc");

  private final Path directory;

  BpfMount(Path runDirectory) {
    this.directory = runDirectory.resolve("bpf");
  }

  Path pins(String instance) {
    return directory.resolve(instance);
  }

  /** Mounts what is missing and creates an instance's directory. */
  Path prepare(String instance) {
    try {
      Files.createDirectories(directory);
      if (!BpfFs.contains(directory)) {
        requireLastingMounts();
        BpfFs.mountIfMissing(directory);
      }
      return Files.createDirectories(pins(instance));
    } catch (IOException e) {
      throw new SetupException("cannot prepare pins in " + directory + ": " + e.getMessage(), e);
    }
  }

  /** Removes an instance's pins, which detaches what only they hold, and the bpffs with the last instance. */
  void remove(String instance) {
    if (!Files.isDirectory(directory) || !BpfFs.contains(directory)) {
      return;
    }
    try {
      Path pins = pins(instance);
      if (Files.isDirectory(pins)) {
        try (Stream<Path> entries = Files.list(pins)) {
          entries.forEach(PinDirectory::unpin);
        }
        Files.delete(pins);
      }
      // The kernel may put files of its own there (bpf_preload): only directories are instances.
      try (Stream<Path> rest = Files.list(directory)) {
        if (rest.anyMatch(Files::isDirectory)) {
          return;
        }
      }
      BpfFs.unmount(directory);
      Files.delete(directory);
    } catch (IOException e) {
      throw new SetupException("cannot remove pins in " + directory + ": " + e.getMessage(), e);
    }
  }

  /**
   * A mount made in a mount namespace that only this process has is gone when it exits, and the pins with it. That is what {@code
   * ip netns exec} does.
   */
  private void requireLastingMounts() throws IOException {
    Optional<Path> own = mountNamespace(Path.of("/proc/self"));
    long pid = ProcessHandle.current().pid();
    try (Stream<Path> processes = Files.list(PROCESSES)) {
      boolean shared =
          processes
              .filter(process -> Character.isDigit(process.getFileName().toString().charAt(0)))
              .filter(process -> !process.getFileName().toString().equals(Long.toString(pid)))
              .anyMatch(process -> mountNamespace(process).equals(own));
      if (!shared) {
        throw new SetupException(
            "the BPF file system mounted on " + directory + " would end with this process, which has a mount namespace of its own: "
                + "instead of 'ip netns exec NAME' use 'nsenter --net=/run/netns/NAME'");
      }
    }
  }

  /** Empty when the process has ended or is not ours to see. */
  private static Optional<Path> mountNamespace(Path process) {
    try {
      return Optional.of(Files.readSymbolicLink(process.resolve("ns/mnt")));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
