// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs iproute2's programs. */
final class Commands {
  private Commands() {}

  /**
   * What a finished program said. Standard error is part of {@code output}: the reason when it failed, else seldom a line before the
   * answer (ip tells of a network namespace that came or went while it looked).
   */
  record Result(int exitStatus, String output) {
    boolean succeeded() {
      return exitStatus == 0;
    }
  }

  static Result run(String... command) {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    // Words of messages and tables must not depend on the operator's language.
    builder.environment().put("LC_ALL", "C");
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Result(process.waitFor(), output);
    } catch (IOException e) {
      throw new SetupException("cannot run " + command[0] + ": " + e.getMessage() + "; install iproute2", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SetupException("interrupted while running " + String.join(" ", command), e);
    }
  }

  /** Lines of output of a program that must succeed. */
  static List<String> lines(String... command) {
    Result result = run(command);
    if (!result.succeeded()) {
      throw new SetupException(String.join(" ", command) + ": " + result.output().strip());
    }
    return result.output().lines().filter(line -> !line.isBlank()).toList();
  }
}
