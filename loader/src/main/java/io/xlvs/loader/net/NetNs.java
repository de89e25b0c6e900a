// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.net;

import io.xlvs.loader.internal.Fd;
import io.xlvs.loader.internal.Native;
import java.nio.file.Path;

/**
 * Moves the calling thread into a network namespace until closed. Only this (platform) thread moves: sockets it opens and
 * programs it attaches belong to the namespace, other threads stay where they are. Close it on the same thread.
 */
public final class NetNs implements AutoCloseable {
  private static final int CLONE_NEWNET = 0x40000000;
  private static final int O_RDONLY = 0;
  private static final int O_CLOEXEC = 02000000;
  private static final Path OWN = Path.of("/proc/thread-self/ns/net");

  private final Fd previous;
  private final Thread thread = Thread.currentThread();

  private NetNs(Fd previous) {
    this.previous = previous;
  }

  /** Enters a namespace, for example /run/netns/NAME or /proc/PID/ns/net. */
  public static NetNs enter(Path namespace) {
    Fd previous = open(OWN);
    try (Fd target = open(namespace)) {
      Native.checkErrno(Native.libc().setns(target.get(), CLONE_NEWNET), "enter", "network namespace " + namespace);
      return new NetNs(previous);
    } catch (RuntimeException e) {
      previous.close();
      throw e;
    }
  }

  /** Enters a namespace by the name that {@code ip netns} knows. */
  public static NetNs enter(String name) {
    return enter(Path.of("/run/netns", name));
  }

  /** Enters a new, empty namespace, which lives as long as something uses it. */
  public static NetNs enterNew() {
    Fd previous = open(OWN);
    try {
      Native.checkErrno(Native.libc().unshare(CLONE_NEWNET), "create", "network namespace");
      return new NetNs(previous);
    } catch (RuntimeException e) {
      previous.close();
      throw e;
    }
  }

  /** Keeps the namespace that the calling thread is in alive until closed, whoever leaves it meanwhile. */
  public static Held hold() {
    return new Held(open(OWN));
  }

  /** A namespace that lives while this is open; any thread may enter it. */
  public static final class Held implements AutoCloseable {
    private final Fd namespace;

    private Held(Fd namespace) {
      this.namespace = namespace;
    }

    /** Moves the calling thread there until the result is closed. */
    public NetNs enter() {
      Fd previous = open(OWN);
      try {
        Native.checkErrno(Native.libc().setns(namespace.get(), CLONE_NEWNET), "enter", "held network namespace");
        return new NetNs(previous);
      } catch (RuntimeException e) {
        previous.close();
        throw e;
      }
    }

    /** The namespace goes with the last thread, process or descriptor that uses it. Idempotent. */
    @Override
    public void close() {
      namespace.close();
    }
  }

  /** Returns to the namespace the thread came from. Idempotent. */
  @Override
  public void close() {
    if (previous.isClosed()) {
      return;
    }
    if (Thread.currentThread() != thread) {
      throw new IllegalStateException("network namespace was entered by " + thread + ": leave it on the same thread");
    }
    Native.checkErrno(Native.libc().setns(previous.get(), CLONE_NEWNET), "return to", "network namespace");
    previous.close();
  }

  private static Fd open(Path path) {
    int fd = Native.libc().open(path.toString(), O_RDONLY | O_CLOEXEC, 0);
    return new Fd(Native.checkErrno(fd, "open", "network namespace " + path), "network namespace " + path);
  }
}
