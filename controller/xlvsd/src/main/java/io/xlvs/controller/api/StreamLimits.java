// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Threads of streaming calls, and how many such calls there may be: a client that opens ever more is refused, not served to death. */
final class StreamLimits implements AutoCloseable {
  /** Watches at once. Each may hold back as many changes as a {@link io.xlvs.controller.registry.Watcher} takes. */
  static final int WATCHES = 1000;

  /** Listings of connections at once; each has a thread, which waits for its client. */
  static final int LISTINGS = 16;

  private static final int WRITERS = 2;
  private static final long IDLE_SECONDS = 60;

  private final Semaphore watches = new Semaphore(WATCHES);
  private final ExecutorService writers = Executors.newFixedThreadPool(WRITERS, threads("xlvs-watch"));
  private final ExecutorService walkers = new ThreadPoolExecutor(
      0, LISTINGS, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), threads("xlvs-listing"));

  private static ThreadFactory threads(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Takes a watch's place, to be given back with {@link #watchEnded}; throws if there is none. */
  void watchBegins() {
    if (!watches.tryAcquire()) {
      throw tooMany(WATCHES + " watches are open");
    }
  }

  void watchEnded() {
    watches.release();
  }

  /** Runs what writes to watches; it never waits for a client. */
  Executor writers() {
    return writers;
  }

  /** Walks the connection table for a client; throws if too many do. */
  void walk(Runnable walk) {
    try {
      walkers.execute(walk);
    } catch (RejectedExecutionException e) {
      throw tooMany(LISTINGS + " listings of connections are running");
    }
  }

  private static StatusRuntimeException tooMany(String what) {
    return Status.RESOURCE_EXHAUSTED.withDescription(what + ", which is the most: end one, or repeat the call later").asRuntimeException();
  }

  @Override
  public void close() {
    writers.shutdownNow();
    walkers.shutdownNow();
  }
}
