// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.store;

import com.google.protobuf.InvalidProtocolBufferException;
import io.xlvs.controller.file.FileFailure;
import io.xlvs.controller.service.Configuration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The configuration in a directory of its own:
 *
 * <pre>
 * lock                    held while a daemon runs; holds its process id
 * configuration           the last snapshot
 * configuration.previous  the one before
 * configuration.new       being written; left behind by a crash, then ignored
 * </pre>
 *
 * <p>A write is on stable storage before it is answered: temporary file, fsync, rename, fsync of the directory. A reader after a crash at
 * any point finds the last snapshot or the one before the write that was never answered.
 */
public final class DirectoryStore implements ConfigurationStore {
  static final String CURRENT = "configuration";
  static final String PREVIOUS = "configuration.previous";
  static final String TEMPORARY = "configuration.new";
  static final String LOCK = "lock";

  private final Path directory;
  private final FileChannel lockFile;
  private final SnapshotCodec codec = new SnapshotCodec();

  private DirectoryStore(Path directory, FileChannel lockFile) {
    this.directory = directory;
    this.lockFile = lockFile;
  }

  /**
   * Takes the directory, and makes it if it alone is missing: a mistyped path must not become an empty configuration.
   *
   * @throws StoreException if another daemon has it, or it cannot be written
   */
  public static DirectoryStore open(Path directory) throws StoreException {
    Path lock = directory.resolve(LOCK);
    FileChannel channel = null;
    try {
      FileFailure.requireDirectory(directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
      channel = FileChannel.open(lock, Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
      takeLock(directory, channel);
      return new DirectoryStore(directory, channel);
    } catch (IOException e) {
      StoreException failure = e instanceof StoreException store ? store
          : new StoreException("state directory " + directory + " cannot be used: " + FileFailure.reason(e, lock) + "; give another with --state-dir", e);
      closeAfter(failure, channel);
      throw failure;
    }
  }

  private static void takeLock(Path directory, FileChannel channel) throws IOException {
    FileLock held;
    try {
      held = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      held = null;
    }
    if (held == null) {
      throw new StoreException("state directory " + directory + " is in use by process " + holder(channel)
          + ": stop that xlvsd first, or give another directory with --state-dir");
    }
    channel.truncate(0);
    channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(20);
    channel.read(text, 0);
    String pid = new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).trim();
    return pid.isEmpty() ? "(unknown)" : pid;
  }

  private static void closeAfter(StoreException failure, FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
    }
  }

  @Override
  public Configuration read() throws StoreException {
    Path file = directory.resolve(CURRENT);
    if (!Files.exists(file)) {
      // A write cannot lose the current file, so the previous one alone means that somebody removed it.
      if (Files.exists(directory.resolve(PREVIOUS))) {
        throw new StoreException("state file " + file + " is missing, but " + PREVIOUS + " is there: to go on with that one, rename it to "
            + CURRENT + "; to start empty, remove it");
      }
      return Configuration.empty();
    }
    try {
      return SnapshotCodec.decode(SnapshotFile.unwrap(Files.readAllBytes(file)));
    } catch (SnapshotFile.BadFrameException | InvalidProtocolBufferException | IllegalArgumentException e) {
      throw new StoreException("state file " + file + " cannot be used: " + e.getMessage() + "; " + remedy(file), e);
    } catch (IOException e) {
      throw new StoreException("state file " + file + " cannot be read: " + FileFailure.reason(e, file), e);
    }
  }

  private String remedy(Path file) {
    Path previous = directory.resolve(PREVIOUS);
    return Files.exists(previous)
        ? "to go on with the configuration before the last change: mv " + previous + " " + file
        : "to start with an empty configuration, move it away";
  }

  @Override
  public void write(Configuration configuration) throws StoreException {
    Path temporary = directory.resolve(TEMPORARY);
    Path current = directory.resolve(CURRENT);
    Path previous = directory.resolve(PREVIOUS);
    try {
      writeAndSync(temporary, SnapshotFile.wrap(codec.encode(configuration)));
      if (Files.exists(current)) {
        // A second name, not a rename: there is no moment without a current file.
        Files.deleteIfExists(previous);
        Files.createLink(previous, current);
      }
      Files.move(temporary, current, StandardCopyOption.ATOMIC_MOVE);
      try (FileChannel handle = FileChannel.open(directory)) {
        handle.force(true);
      }
    } catch (IOException e) {
      throw new StoreException("state file " + current + " cannot be written: " + FileFailure.reason(e, temporary), e);
    }
  }

  private static void writeAndSync(Path file, ByteBuffer content) throws IOException {
    Files.deleteIfExists(file);
    try (FileChannel channel = FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")))) {
      while (content.hasRemaining()) {
        channel.write(content);
      }
      channel.force(true);
    }
  }

  /** Gives the directory free. */
  @Override
  public void close() {
    try {
      lockFile.close();
    } catch (IOException e) {
      throw new UncheckedIOException("closing " + directory.resolve(LOCK), e);
    }
  }
}
