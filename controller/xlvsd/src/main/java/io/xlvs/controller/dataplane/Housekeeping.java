// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Sweep;
import io.xlvs.bpf.XlvsObjects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that has the kernel sweep its connection tables about once a second and calls back once a second. Sweeps take at most a
 * twentieth of one CPU: after a long one the next waits. What has expired is seen as such by packets and listings before it is swept.
 */
final class Housekeeping implements AutoCloseable {
  /** Seconds between tasks that read whole tables. */
  static final int SLOW_TICKS = 30;

  /** One part in so many of a CPU's time. */
  private static final int SWEEP_SHARE = 20;

  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
  private static final Sweep NOTHING = new Sweep(0, 0, 0, 0, 0);

  private final XlvsObjects objects;
  private final LongConsumer task;
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          runnable -> {
            Thread thread = new Thread(runnable, "xlvs-sweep");
            thread.setDaemon(true);
            return thread;
          });
  private volatile Sweep lastSweep = NOTHING;
  private final AtomicBoolean slotsFreed = new AtomicBoolean(true);
  private long tick;
  private long restUntilNanos = System.nanoTime();

  private Housekeeping(XlvsObjects objects, LongConsumer task) {
    this.objects = objects;
    this.task = task;
  }

  /** @param task given the number of the second, from 1 */
  static Housekeeping start(XlvsObjects objects, LongConsumer task) {
    Housekeeping housekeeping = new Housekeeping(objects, task);
    housekeeping.executor.scheduleAtFixedRate(housekeeping::run, 1, 1, TimeUnit.SECONDS);
    return housekeeping;
  }

  private void run() {
    tick++;
    try {
      long start = System.nanoTime();
      if (start - restUntilNanos >= 0) {
        lastSweep = objects.sweep(slotsFreed.getAndSet(false));
        restUntilNanos = restAfter(start, System.nanoTime());
      }
      task.accept(tick);
    } catch (RuntimeException e) {
      // The executor would end for good; the next second may be better.
      LOG.error("housekeeping failed: {}", e.getMessage(), e);
    }
  }

  /** When the next sweep may begin after one of this time. */
  static long restAfter(long startNanos, long endNanos) {
    return endNanos + (SWEEP_SHARE - 1) * (endNanos - startNanos);
  }

  /** A slot of servers went, or may go, to another: the next sweep looks for tuples that its connections leave behind. */
  void slotsFreed() {
    slotsFreed.set(true);
  }

  /** What the last sweep found. */
  Sweep lastSweep() {
    return lastSweep;
  }

  /** Waits for a running task to end. */
  @Override
  public void close() {
    executor.shutdown();
    boolean interrupted = false;
    while (!executor.isTerminated()) {
      try {
        executor.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
