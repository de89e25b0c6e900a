// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.testing;

import io.xlvs.loader.pin.BpfFs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A private bpffs in a temporary directory. */
public final class TempBpfFs implements AutoCloseable {
  private final Path path;

  public TempBpfFs() {
    try {
      path = Files.createTempDirectory("xlvs-loader-bpffs");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    BpfFs.mountIfMissing(path);
  }

  public Path path() {
    return path;
  }

  @Override
  public void close() {
    BpfFs.unmount(path);
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
