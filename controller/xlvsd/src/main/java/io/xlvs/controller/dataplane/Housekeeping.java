// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Sweep;
import io.xlvs.bpf.XlvsObjects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that has the kernel sweep its connection tables once a second and then calls back. */
final class Housekeeping implements AutoCloseable {
  /** Seconds between tasks that read whole tables. */
  static final int SLOW_TICKS = 30;

  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
  private static final Sweep NOTHING = new Sweep(0, 0, 0, 0);

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
  private long tick;

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
      lastSweep = objects.sweep();
      task.accept(tick);
    } catch (RuntimeException e) {
      // The executor would end for good; the next second may be better.
      LOG.error("housekeeping failed: {}", e.getMessage(), e);
    }
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
