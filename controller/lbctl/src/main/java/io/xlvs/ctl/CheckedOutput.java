// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** A buffered stream that remembers why writing failed: PrintStream alone would lose a full disk without a word. */
final class CheckedOutput extends OutputStream {
  private final BufferedOutputStream buffer;
  private IOException failure;

  CheckedOutput(OutputStream stream) {
    buffer = new BufferedOutputStream(stream, 1 << 16);
  }

  /** The first failure, or null. */
  IOException failure() {
    return failure;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      buffer.write(bytes, offset, length);
    } catch (IOException e) {
      throw remember(e);
    }
  }

  @Override
  public void flush() throws IOException {
    try {
      buffer.flush();
    } catch (IOException e) {
      throw remember(e);
    }
  }

  private IOException remember(IOException e) {
    failure = failure == null ? e : failure;
    return e;
  }
}
