// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program of the lab that goes on running, in a namespace and a cgroup, with its words in a log file. */
public final class Child implements AutoCloseable {
  private static final long STOP_SECONDS = 120;
  private static final int TAIL_LINES = 20;

  private final String name;
  private final Process process;
  private final Path log;

  private Child(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /** Starts it; the log file is appended to. */
  static Child start(String name, Namespace namespace, Cgroup cgroup, Path log, List<String> words) {
    ProcessBuilder builder = new ProcessBuilder(cgroup.wrap(namespace.wrap(words)))
        .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .redirectInput(Path.of("/dev/null").toFile());
    try {
      return new Child(name, builder.start(), log);
    } catch (IOException e) {
      throw new LabException(name + " cannot be started: " + e.getMessage(), e);
    }
  }

  /** Waits until its log holds a line with this text; fails with its last words if it ends before, or says nothing. */
  public void awaitLine(String text, long seconds) {
    boolean seen = Waiting.until(seconds, () -> !process.isAlive() || log().contains(text));
    if (!seen || !log().contains(text)) {
      throw new LabException(name + (process.isAlive() ? " is not ready after " + seconds + " s" : " ended with status " + process.exitValue())
          + ", its last words:\n" + tail());
    }
  }

  /** Its process, which is the program itself: every wrapper has made way by exec. */
  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** As kill -9: it has no chance to clean up. */
  public void kill() {
    process.destroyForcibly();
    await();
  }

  /** Asks it to end, waits; its exit status. */
  public int stop() {
    process.destroy();
    return await();
  }

  private int await() {
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        throw new LabException(name + " does not end; its last words:\n" + tail());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted", e);
    }
  }

  /** All it said. */
  public String log() {
    try {
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException e) {
      throw new LabException(log + " cannot be read: " + e, e);
    }
  }

  String tail() {
    List<String> lines = new ArrayList<>(log().lines().toList());
    return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
