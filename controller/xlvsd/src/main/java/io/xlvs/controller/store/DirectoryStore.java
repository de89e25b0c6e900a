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
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration in a directory of its own:
 *
 * <pre>
 * lock                    held while a daemon runs; holds its process id
 * configuration           the configuration as it was some revisions ago, and the changes since; see {@link RecordLog}
 * configuration.previous  the file before it
 * configuration.new       being written; left behind by a crash, then ignored
 * </pre>
 *
 * <p>A change costs what it changes: it is appended, and is on stable storage before it is answered. Once the changes take more room
 * than the configuration that they begin with, the file is written anew without its oldest revisions: temporary file, fsync, rename,
 * fsync of the directory. A reader after a crash at any point finds everything that was answered, and nothing but perhaps one change
 * that was not.
 *
 * <p>The file is the history: the last {@value #REVISIONS} revisions, or fewer if the changes between them are large, but always the one
 * before the last.
 */
public final class DirectoryStore implements ConfigurationStore {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryStore.class);

  static final String CURRENT = "configuration";
  static final String PREVIOUS = "configuration.previous";
  static final String TEMPORARY = "configuration.new";
  static final String LOCK = "lock";

  /** How many revisions {@link #kept} has at most. */
  static final int REVISIONS = 100;

  /** Changes take at least so many bytes before the file is written anew. */
  private static final long SLACK_BYTES = 1 << 20;
  /** And those that it then keeps at most as many, so that there is room for the next ones. */
  private static final long KEPT_BYTES = SLACK_BYTES / 2;
  /** A file system with less room than this for a change is full: its own records take some. */
  private static final long SPARE_BYTES = 1 << 16;

  private final Path directory;
  private final FileChannel lockFile;
  private Configuration last = Configuration.empty();
  /** Null if the next write must be to a new file. */
  private RecordLog log;
  /** Every revision that the file holds, oldest first. */
  private final List<Place> places = new ArrayList<>();

  /**
   * A revision in the file.
   *
   * @param endBytes of the file up to the end of the record that leads to it
   */
  private record Place(KeptRevision revision, long endBytes) {
    long number() {
      return revision.revision();
    }
  }

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
  public synchronized Configuration read() throws StoreException {
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
      places.clear();
      log = RecordLog.open(file, (change, endBytes) -> {
        replay.take(change);
        places.add(new Place(replay.summary(), endBytes));
      });
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
  public synchronized List<KeptRevision> kept() {
    return keptPlaces().stream().map(Place::revision).toList();
  }

  @Override
  public synchronized Optional<Configuration> read(long revision) throws StoreException {
    for (Place place : keptPlaces()) {
      if (place.number() == revision) {
        return Optional.of(revision == last.revision() ? last : readUpTo(place));
      }
    }
    return Optional.empty();
  }

  private List<Place> keptPlaces() {
    return places.subList(Math.max(0, places.size() - REVISIONS), places.size());
  }

  private Configuration readUpTo(Place place) throws StoreException {
    Path file = directory.resolve(CURRENT);
    ChangeCodec.Replay replay = new ChangeCodec.Replay();
    try {
      RecordLog.read(file, place.endBytes, (change, endBytes) -> replay.take(change));
      return replay.configuration();
    } catch (RecordLog.DamagedException e) {
      forgetFile();
      throw new StoreException("revision " + place.number() + " cannot be read: state file " + file + " is damaged: " + e.getMessage()
          + "; what is in force is not: the next change writes it to a new file, without older revisions", e);
    } catch (IOException e) {
      throw new StoreException("revision " + place.number() + " cannot be read: state file " + file + ": " + FileFailure.reason(e, file), e);
    }
  }

  /** Has the next change make another file. */
  private void forgetFile() throws StoreException {
    try {
      closeLog();
    } catch (IOException e) {
      throw new StoreException("state file " + directory.resolve(CURRENT) + " cannot be closed: " + e.getMessage(), e);
    }
  }

  @Override
  public synchronized void write(Configuration configuration) throws StoreException {
    long needBytes = 0;
    try {
      if (configuration.revision() < last.revision()) {
        takeBack(configuration);
      } else {
        KeptRevision revision = madeNow(configuration);
        byte[] change = ChangeCodec.encode(last, configuration, revision.time());
        needBytes = RecordLog.recordBytes(change.length);
        if (isOpen() && log.sizeBytes() <= 2 * log.firstBytes() + SLACK_BYTES) {
          log.append(change);
          places.add(new Place(revision, log.sizeBytes()));
        } else if (places.isEmpty()) {
          rewrite(configuration, revision);
        } else {
          rewrite(change, revision);
        }
      }
      last = configuration;
    } catch (IOException e) {
      throw unwritten(e, needBytes);
    }
  }

  private boolean isOpen() {
    return log != null && log.isUsable();
  }

  /** A change that the data plane refused was never made, and is no revision. */
  private void takeBack(Configuration configuration) throws IOException {
    for (int i = places.size() - 1; i >= 0 && isOpen(); i--) {
      if (places.get(i).number() == configuration.revision()) {
        log.cutBack(places.get(i).endBytes);
        places.subList(i + 1, places.size()).clear();
        return;
      }
    }
    rewrite(configuration, madeNow(configuration));
  }

  /** Without history. */
  private void rewrite(Configuration configuration, KeptRevision revision) throws IOException {
    replace(ChangeCodec.encode(Configuration.empty(), configuration, revision.time()), List.of(), List.of(revision));
  }

  /** With as much of the history as there is room for, and a change behind it. */
  private void rewrite(byte[] change, KeptRevision revision) throws IOException {
    int oldest = oldestToKeep(RecordLog.recordBytes(change.length));
    List<byte[]> changes = new ArrayList<>();
    Configuration first;
    try {
      first = oldest == places.size() - 1 ? last : readAgain(places.get(oldest), changes);
    } catch (IOException | RecordLog.DamagedException e) {
      LOG.error("state file {}: its older revisions are lost: {}", directory.resolve(CURRENT), e.getMessage());
      changes.clear();
      oldest = places.size() - 1;
      first = last;
    }
    changes.add(change);
    List<KeptRevision> revisions = new ArrayList<>(places.subList(oldest, places.size()).stream().map(Place::revision).toList());
    revisions.add(revision);
    replace(ChangeCodec.encode(Configuration.empty(), first, revisions.get(0).time()), changes, revisions);
  }

  /** The configuration at a place, and the changes after it. */
  private Configuration readAgain(Place place, List<byte[]> changes) throws IOException, RecordLog.DamagedException {
    ChangeCodec.Replay replay = new ChangeCodec.Replay();
    RecordLog.read(directory.resolve(CURRENT), places.get(places.size() - 1).endBytes, (change, endBytes) -> {
      if (endBytes <= place.endBytes) {
        replay.take(change);
      } else {
        changes.add(change);
      }
    });
    return replay.configuration();
  }

  /** The place that the new file begins with: the last, which is the one before the change, or one before it. */
  private int oldestToKeep(long changeBytes) {
    int oldest = places.size() - 1;
    long end = places.get(oldest).endBytes;
    while (oldest > 0 && places.size() + 1 - oldest < REVISIONS && end - places.get(oldest - 1).endBytes + changeBytes <= KEPT_BYTES) {
      oldest--;
    }
    return oldest;
  }

  private static KeptRevision madeNow(Configuration configuration) {
    return new KeptRevision(configuration.revision(), Optional.of(Instant.now().truncatedTo(ChronoUnit.MILLIS)),
        configuration.services().size(), configuration.serverCount());
  }

  private void replace(byte[] first, List<byte[]> changes, List<KeptRevision> revisions) throws IOException {
    Path temporary = directory.resolve(TEMPORARY);
    Path current = directory.resolve(CURRENT);
    Path previous = directory.resolve(PREVIOUS);
    closeLog();
    RecordLog fresh = RecordLog.create(temporary, first, changes);
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
    places.clear();
    long end = log.firstBytes();
    places.add(new Place(revisions.get(0), end));
    for (int i = 0; i < changes.size(); i++) {
      end += RecordLog.recordBytes(changes.get(i).length);
      places.add(new Place(revisions.get(i + 1), end));
    }
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
  public synchronized void close() {
    try (lockFile) {
      closeLog();
    } catch (IOException e) {
      throw new UncheckedIOException("closing the state directory " + directory, e);
    }
  }
}
