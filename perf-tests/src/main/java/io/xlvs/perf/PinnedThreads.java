// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.loader.Bpf;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** A thread for each CPU, kept there: nobody else's affinity changes. */
final class PinnedThreads implements AutoCloseable {
  private final List<ExecutorService> threads = new ArrayList<>();

  PinnedThreads() {
    for (int i = 0; i < Bpf.possibleCpus(); i++) {
      int cpu = i;
      ExecutorService thread =
          Executors.newSingleThreadExecutor(task -> {
            Thread made = new Thread(task, "cpu-" + cpu);
            made.setDaemon(true);
            return made;
          });
      threads.add(thread);
      join(List.of(thread.submit(() -> Machine.pinThread(cpu))));
    }
  }

  /** How many there are. */
  int count() {
    return threads.size();
  }

  /** The first of the CPUs on which so many threads work: the last ones, since the first CPU has the machine's interrupts. */
  int first(int cpus) {
    if (cpus > threads.size()) {
      throw new IllegalArgumentException("cpus is " + cpus + ": this machine has " + threads.size());
    }
    return threads.size() - cpus;
  }

  /** Has no other thread of these CPUs run while one of these does. */
  void precede() {
    run(count(), cpu -> Machine.precedeOthers());
  }

  /** Runs this on so many CPUs at once, with the CPU's number; returns when all are done. */
  void run(int cpus, IntConsumer task) {
    List<Future<?>> running = new ArrayList<>();
    for (int cpu = first(cpus); cpu < threads.size(); cpu++) {
      int number = cpu;
      running.add(threads.get(cpu).submit(() -> task.accept(number)));
    }
    join(running);
  }

  private static void join(List<? extends Future<?>> running) {
    for (Future<?> one : running) {
      try {
        one.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException("a pinned thread failed: " + e.getCause().getMessage(), e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while a pinned thread works", e);
      }
    }
  }

  @Override
  public void close() {
    threads.forEach(ExecutorService::shutdown);
  }
}
