// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.store;

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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration in a directory of its own:
 *
 * <pre>
 * lock                    held while a daemon runs; holds its process id
 * configuration           a whole configuration and the changes since; see {@link RecordLog}
 * configuration.previous  the file before it
 * configuration.new       being written; left behind by a crash, then ignored
 * </pre>
 *
 * <p>A change costs what it changes: it is appended, and is on stable storage before it is answered. Once the changes take more room than
 * the whole, the whole is written anew: temporary file, fsync, rename, fsync of the directory. A reader after a crash at any point finds
 * everything that was answered, and nothing but perhaps one change that was not.
 */
public final class DirectoryStore implements ConfigurationStore {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryStore.class);

  static final String CURRENT = "configuration";
  static final String PREVIOUS = "configuration.previous";
  static final String TEMPORARY = "configuration.new";
  static final String LOCK = "lock";

  private final Path directory;
  private final FileChannel lockFile;
  /** Changes take at least so many bytes before the whole is written anew. */
  private static final long SLACK_BYTES = 1 << 20;
  /** A file system with less room than this for a change is full: its own records take some. */
  private static final long SPARE_BYTES = 1 << 16;

  private Configuration last = Configuration.empty();
  /** Null if the next write must be of the whole. */
  private RecordLog log;

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
      closeLog();
      ChangeCodec.Replay replay = new ChangeCodec.Replay();
      long sizeBytes = Files.size(file);
      log = RecordLog.open(file, replay);
      if (log.sizeBytes() < sizeBytes) {
        LOG.warn("state file {}: cut off {} bytes of a change that a crash kept from being written and answered", file,
            sizeBytes - log.sizeBytes());
      }
      last = replay.configuration();
      return last;
    } catch (RecordLog.DamagedException e) {
      throw new StoreException("state file " + file + " cannot be used: " + e.getMessage() + "; " + remedy(file, e.wholeBytes), e);
    } catch (IOException e) {
      throw new StoreException("state file " + file + " cannot be read: " + FileFailure.reason(e, file), e);
    }
  }

  private String remedy(Path file, long wholeBytes) {
    Path previous = directory.resolve(PREVIOUS);
    if (wholeBytes > 0) {
      return "to go on with what is before the damage: truncate -s " + wholeBytes + " " + file;
    }
    return Files.exists(previous)
        ? "to go on with the file before it, which has older changes only: mv " + previous + " " + file
        : "to start with an empty configuration, move it away";
  }

  @Override
  public void write(Configuration configuration) throws StoreException {
    // Only a rollback goes back; what it brings back may not come last.
    boolean whole = log == null || !log.isUsable() || configuration.revision() < last.revision()
        || log.sizeBytes() > 2 * log.firstBytes() + SLACK_BYTES;
    byte[] change = ChangeCodec.encode(whole ? Configuration.empty() : last, configuration);
    try {
      if (whole) {
        replace(change);
      } else {
        log.append(change);
      }
      last = configuration;
    } catch (IOException e) {
      throw unwritten(e, RecordLog.recordBytes(change.length));
    }
  }

  private void replace(byte[] whole) throws IOException {
    Path temporary = directory.resolve(TEMPORARY);
    Path current = directory.resolve(CURRENT);
    Path previous = directory.resolve(PREVIOUS);
    closeLog();
    RecordLog fresh = RecordLog.create(temporary, whole);
    try {
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
      fresh.close();
      throw e;
    }
    log = fresh;
  }

  private void closeLog() throws IOException {
    if (log != null) {
      RecordLog closing = log;
      log = null;
      closing.close();
    }
  }

  private StoreException unwritten(IOException e, long needBytes) {
    long freeBytes = Long.MAX_VALUE;
    try {
      Files.deleteIfExists(directory.resolve(TEMPORARY));
      freeBytes = Files.getFileStore(directory).getUsableSpace();
    } catch (IOException suppressed) {
      e.addSuppressed(suppressed);
    }
    boolean full = freeBytes < needBytes + SPARE_BYTES;
    String remedy = full
        ? "; " + needBytes + " bytes are needed and " + freeBytes + " free: make room in its file system and repeat the change" : "";
    return new StoreException("state file " + directory.resolve(CURRENT) + " cannot be written: " + FileFailure.reason(e, directory.resolve(TEMPORARY)) + remedy, e, full);
  }

  /** Gives the directory free. */
  @Override
  public void close() {
    try (lockFile) {
      closeLog();
    } catch (IOException e) {
      throw new UncheckedIOException("closing the state directory " + directory, e);
    }
  }
}
