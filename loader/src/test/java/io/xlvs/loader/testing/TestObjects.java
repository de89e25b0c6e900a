// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.testing;

import io.xlvs.loader.Bpf;
import io.xlvs.loader.CollectionSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** The objects that loader/Makefile compiles from src/test/c. */
public final class TestObjects {
  private static final Path DIRECTORY = Path.of("target", "test-bpf");

  private TestObjects() {}

  public static Path path(String name) {
    return DIRECTORY.resolve(name + ".bpf.o");
  }

  /** A fresh spec; fails with the reason on a machine where BPF cannot be used. */
  public static CollectionSpec spec(String name) {
    Bpf.availability().ensure();
    return unprivileged(name);
  }

  public static CollectionSpec unprivileged(String name) {
    try {
      return CollectionSpec.parse(path(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Path layoutPrinter() {
    return DIRECTORY.resolve("layout");
  }
}
