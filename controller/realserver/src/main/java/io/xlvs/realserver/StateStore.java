// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * State files of all instances, {@code RUN/NAME/state}, under one lock. The directory is on a file system that a reboot empties,
 * as it empties what the states describe.
 */
final class StateStore implements AutoCloseable {
  private static final String STATE = "state";
  private static final String LOCK = "lock";

  private final Path directory;
  private final FileChannel lock;

  private StateStore(Path directory, FileChannel lock) {
    this.directory = directory;
    this.lock = lock;
  }

  /** Opens the store, waiting for another xlvs-realserver to finish. */
  static StateStore open(Path directory) {
    Path parent = directory.toAbsolutePath().getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      // A mistyped path must not be made, and then be found empty.
      throw new SetupException("cannot use the state directory " + directory + ": directory " + parent
          + " does not exist: create it, or give another with --run-dir");
    }
    try {
      Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      FileChannel lock =
          FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      // Released with the channel, so also when the process is killed.
      lock.lock();
      return new StateStore(directory, lock);
    } catch (IOException e) {
      throw new SetupException("cannot use the state directory " + directory + ": " + reason(e) + "; give another with --run-dir", e);
    }
  }

  /** The message of an exception of java.nio.file is the file's name alone. */
  private static String reason(IOException e) {
    return e instanceof NoSuchFileException ? "it cannot be made there"
        : e instanceof AccessDeniedException ? "permission denied"
        : e instanceof FileAlreadyExistsException ? "a file of this name is in the way"
        : e instanceof FileSystemException system && system.getReason() != null ? system.getReason()
        : String.valueOf(e.getMessage());
  }

  Path directory() {
    return directory;
  }

  Optional<State> load(String name) {
    Path file = file(name);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    try (InputStream in = Files.newInputStream(file)) {
      properties.load(in);
      return Optional.of(State.of(name, properties));
    } catch (IOException | IllegalArgumentException | UsageException e) {
      throw new SetupException(
          "cannot read the state of instance '" + name + "' from " + file + ": " + e.getMessage()
              + "; undo by hand what it lists, then remove the file", e);
    }
  }

  List<State> loadAll() {
    List<State> states = new ArrayList<>();
    try (Stream<Path> entries = Files.list(directory)) {
      entries
          .filter(entry -> Files.exists(entry.resolve(STATE)))
          .sorted()
          .forEach(entry -> load(entry.getFileName().toString()).ifPresent(states::add));
    } catch (IOException e) {
      throw new SetupException("cannot list " + directory + ": " + e.getMessage(), e);
    }
    return states;
  }

  /** Durable when this returns: what is changed next can be undone whatever happens. */
  void save(State state) {
    Path file = file(state.name());
    Path fresh = file.resolveSibling(STATE + ".new");
    try {
      Files.createDirectories(file.getParent());
      try (OutputStream out = Files.newOutputStream(fresh)) {
        state.toProperties().store(out, "xlvs-realserver: how 'down' restores this host");
      }
      try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new SetupException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  void delete(String name) {
    try {
      Files.deleteIfExists(file(name));
      Files.deleteIfExists(file(name).resolveSibling(STATE + ".new"));
      Files.deleteIfExists(file(name).getParent());
    } catch (IOException e) {
      throw new SetupException("cannot remove the state of instance '" + name + "': " + e.getMessage(), e);
    }
  }

  private Path file(String name) {
    return directory.resolve(name).resolve(STATE);
  }

  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new SetupException("cannot release the lock of " + directory + ": " + e.getMessage(), e);
    }
  }
}
