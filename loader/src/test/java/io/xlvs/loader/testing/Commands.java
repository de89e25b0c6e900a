// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Runs programs; they start in the calling thread's network namespace. */
public final class Commands {
  private Commands() {}

  /** Runs a command line split at spaces and returns its output; any failure fails the test with that output. */
  public static String run(String commandLine) {
    return run(commandLine.split(" "));
  }

  public static String run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int exitCode = process.waitFor();
      if (exitCode != 0) {
        throw new AssertionError(String.join(" ", command) + " exited with " + exitCode + ": " + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
