// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

/**
 * How to load a collection.
 *
 * @param logLevel verifier log: 0 only for a refused program, 1 every instruction, 2 with states, 4 statistics only
 * @param logBufferBytes room for one program's log; older kernels fail with ENOSPC when it is too small
 */
public record LoadOptions(int logLevel, int logBufferBytes) {
  private static final int DEFAULT_LOG_BUFFER_BYTES = 16 << 20;

  public LoadOptions {
    if (logLevel < 0 || logLevel > 7) {
      throw new IllegalArgumentException("logLevel is " + logLevel + ": must be in 0..7");
    }
    if (logBufferBytes < 4096) {
      throw new IllegalArgumentException("logBufferBytes is " + logBufferBytes + ": must be at least 4096");
    }
  }

  /** No log unless a program is refused; 16 MiB room. */
  public static LoadOptions defaults() {
    return new LoadOptions(0, DEFAULT_LOG_BUFFER_BYTES);
  }

  /** As this one with another log level. */
  public LoadOptions withLogLevel(int newLogLevel) {
    return new LoadOptions(newLogLevel, logBufferBytes);
  }
}
