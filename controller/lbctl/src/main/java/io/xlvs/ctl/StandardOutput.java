// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Standard output, unbuffered. A write that fails ends the process, as it ends any other tool: PrintStream would lose the failure
 * without a word and go on writing.
 */
final class StandardOutput extends FilterOutputStream {
  /** 128 + SIGPIPE: what a shell sees of a program whose reader has gone. */
  private static final int READER_GONE = 141;

  private static final int FAILED = 1;

  StandardOutput() {
    super(new FileOutputStream(FileDescriptor.out));
  }

  @Override
  public void write(int value) {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      end(e);
    }
  }

  private static void end(IOException failure) {
    // Into a pipe (`lbctl ... | head -1') a write fails only because nobody reads: no news to the user.
    if (!intoPipe()) {
      System.err.println("cannot write to standard output: " + failure.getMessage());
      System.exit(FAILED);
    }
    System.exit(READER_GONE);
  }

  private static boolean intoPipe() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString().startsWith("pipe:");
    } catch (IOException e) {
      return false;
    }
  }
}
