// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a program to its end. */
public final class Command {
  private static final long PATIENCE_SECONDS = 300;

  private Command() {}

  /**
   * What a program left.
   *
   * @param status exit status
   * @param out standard output
   * @param err standard error
   */
  public record Result(int status, String out, String err) {}

  /** Runs it; its standard output. Fails with its words if it fails. */
  static String run(List<String> words) {
    Result result = attempt(words, "", Map.of());
    if (result.status() != 0) {
      throw new LabException("`" + String.join(" ", words) + "` failed with status " + result.status() + ": " + result.err().strip());
    }
    return result.out();
  }

  /** Runs it with an input, and variables added to the environment, whatever its exit status. */
  public static Result attempt(List<String> words, String input, Map<String, String> environment) {
    Path in = null;
    Path out = null;
    Path err = null;
    try {
      in = Files.writeString(Files.createTempFile("xlvs-lab", ".in"), input);
      out = Files.createTempFile("xlvs-lab", ".out");
      err = Files.createTempFile("xlvs-lab", ".err");
      ProcessBuilder builder = new ProcessBuilder(words).redirectInput(in.toFile()).redirectOutput(out.toFile()).redirectError(err.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new LabException("`" + String.join(" ", words) + "` did not end within " + PATIENCE_SECONDS + " s");
      }
      return new Result(process.exitValue(), text(out), text(err));
    } catch (IOException e) {
      throw new LabException("`" + words.get(0) + "` cannot be run: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted while `" + String.join(" ", words) + "` was running", e);
    } finally {
      delete(in);
      delete(out);
      delete(err);
    }
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  private static void delete(Path file) {
    try {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
