// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import io.xlvs.controller.service.Configuration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Consumer;

/**
 * One follower of the configuration: the state at its start, then every change. The queue between is bounded; who does not keep up is
 * cut off and must start again.
 */
public final class Watcher implements AutoCloseable {
  /** Changes that may wait; they share their services with the configuration, so each costs little. */
  static final int MAX_WAITING = 1024;

  private final Configuration start;
  private final Runnable wakeUp;
  private final Consumer<Watcher> onClose;
  private final Queue<Change> waiting = new ArrayDeque<>();
  private boolean overrun;

  Watcher(Configuration start, Runnable wakeUp, Consumer<Watcher> onClose) {
    this.start = start;
    this.wakeUp = wakeUp;
    this.onClose = onClose;
  }

  /** The state at the start. */
  public Configuration start() {
    return start;
  }

  /** The next change, if there is one. */
  public synchronized Optional<Change> poll() {
    return Optional.ofNullable(waiting.poll());
  }

  /** Whether a change was lost because too many were waiting; those before it can still be polled. */
  public synchronized boolean isOverrun() {
    return overrun;
  }

  void offer(Change change) {
    synchronized (this) {
      if (overrun || waiting.size() >= MAX_WAITING) {
        overrun = true;
        onClose.accept(this);
      } else {
        waiting.add(change);
      }
    }
    // Outside the lock: it may poll at once.
    wakeUp.run();
  }

  @Override
  public void close() {
    onClose.accept(this);
  }
}
