// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into the jar. */
final class Version implements IVersionProvider {
  /** Such as "0.1.0". */
  static String text() {
    try (InputStream resource = Version.class.getResourceAsStream("/io/xlvs/controller/version.txt")) {
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("version.txt of the jar cannot be read", e);
    }
  }

  @Override
  public String[] getVersion() {
    return new String[] {"xlvsd " + text()};
  }
}
