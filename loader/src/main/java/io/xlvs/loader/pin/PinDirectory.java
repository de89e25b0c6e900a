// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.pin;

import io.xlvs.loader.BpfException;
import io.xlvs.loader.internal.Errno;
import io.xlvs.loader.internal.Fd;
import io.xlvs.loader.internal.Native;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory of pins with one writer at a time. The lock is the kernel's on the directory itself, so it ends with the
 * process, however that ends.
 */
public final class PinDirectory implements AutoCloseable {
  private static final int LOCK_EX = 2;
  private static final int LOCK_NB = 4;
  private static final int O_RDONLY = 0;
  private static final int O_CLOEXEC = 02000000;

  private final Path directory;
  private final Fd lock;

  private PinDirectory(Path directory, Fd lock) {
    this.directory = directory;
    this.lock = lock;
  }

  /**
   * Opens a directory on a bpffs for this process alone, creating it if absent.
   *
   * @throws BpfException EAGAIN when another process has it, EINVAL when it is not on a bpffs
   */
  public static PinDirectory openExclusive(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create pin directory " + directory, e);
    }
    if (!BpfFs.contains(directory)) {
      throw new BpfException(
          "open pin directory", directory.toString(), Errno.EINVAL, "not on a bpffs; mount one there first");
    }
    int fd = Native.libc().open(directory.toString(), O_RDONLY | O_CLOEXEC, 0);
    Fd lock = new Fd(Native.checkErrno(fd, "open pin directory", directory.toString()), "pin directory " + directory);
    if (Native.libc().flock(lock.get(), LOCK_EX | LOCK_NB) < 0) {
      int errno = Native.lastErrno();
      lock.close();
      throw new BpfException(
          "lock pin directory", directory.toString(), errno, errno == Errno.EAGAIN ? "another process is using it" : "");
    }
    return new PinDirectory(directory, lock);
  }

  /** The directory. */
  public Path path() {
    return directory;
  }

  /** The path of a pin; the kernel refuses names with a dot. */
  public Path resolve(String name) {
    if (name.isEmpty() || name.contains(".") || name.contains("/")) {
      throw new IllegalArgumentException("pin name '" + name + "' must have no dot and no slash");
    }
    return directory.resolve(name);
  }

  /** Whether there is a pin of that name. */
  public boolean has(String name) {
    return Files.exists(resolve(name));
  }

  /** Names of all entries, sorted. */
  public List<String> names() {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list pin directory " + directory, e);
    }
  }

  /** Gives a pin another name in one step, replacing a pin of that name: the way to install what was prepared beside it. */
  public void rename(String from, String to) {
    try {
      Files.move(resolve(from), resolve(to), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot rename pin " + from + " to " + to + " in " + directory, e);
    }
  }

  /** Removes a pin; false when there was none. An unpinned link that nobody holds detaches its program. */
  public boolean unpin(String name) {
    return unpin(resolve(name));
  }

  /** As {@link #unpin(String)}, for any path. */
  public static boolean unpin(Path path) {
    try {
      return Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove pin " + path, e);
    }
  }

  /** Removes all pins; the directory and the lock stay. */
  public void removeAll() {
    names().forEach(name -> unpin(directory.resolve(name)));
  }

  /** Releases the lock; pins stay. Idempotent. */
  @Override
  public void close() {
    lock.close();
  }
}
