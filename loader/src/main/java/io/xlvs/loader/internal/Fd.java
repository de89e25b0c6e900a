// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.internal;

import io.xlvs.loader.BpfException;
import java.util.concurrent.atomic.AtomicInteger;

/** A file descriptor that is closed exactly once. */
public final class Fd implements AutoCloseable {
  private static final int CLOSED = -1;
  private static final int F_DUPFD_CLOEXEC = 1030;

  private final AtomicInteger value;
  private final String owner;

  /**
   * Takes ownership of a descriptor.
   *
   * @param owner the object it stands for, for messages
   */
  public Fd(int value, String owner) {
    if (value < 0) {
      throw new IllegalArgumentException("fd of " + owner + " is " + value + ": must not be negative");
    }
    this.value = new AtomicInteger(value);
    this.owner = owner;
  }

  /** A new descriptor for the same kernel object; {@code fd} stays with its owner. */
  public static Fd duplicate(int fd, String owner) {
    int copy = Native.libc().fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) {
      throw new BpfException("duplicate fd of", owner, Native.lastErrno());
    }
    return new Fd(copy, owner);
  }

  /** The descriptor; throws {@link IllegalStateException} once closed. */
  public int get() {
    int fd = value.get();
    if (fd == CLOSED) {
      throw new IllegalStateException(owner + " is closed");
    }
    return fd;
  }

  /** Whether {@link #close()} was called. */
  public boolean isClosed() {
    return value.get() == CLOSED;
  }

  @Override
  public void close() {
    int fd = value.getAndSet(CLOSED);
    // After EINTR Linux has released the descriptor all the same, so closing again could hit another's.
    if (fd != CLOSED && Native.libc().close(fd) < 0 && Native.lastErrno() != Errno.EINTR) {
      throw new BpfException("close", owner, Native.lastErrno());
    }
  }
}
