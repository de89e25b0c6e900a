// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Awaits grace periods behind changes, so that the next change need not: there are milliseconds to wait. */
final class GraceThread implements Executor, AutoCloseable {
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread worker = new Thread(task, "xlvs-grace");
            worker.setDaemon(true);
            return worker;
          });

  @Override
  public void execute(Runnable wait) {
    thread.execute(wait);
  }

  @Override
  public void close() {
    thread.shutdown();
  }
}
