// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

import io.xlvs.loader.internal.Errno;

/**
 * A call into the kernel or libbpf failed.
 *
 * <p>Carries what was attempted ({@link #operation()}), on what ({@link #object()}) and the kernel's error number
 * ({@link #errno()}), so that callers decide by number and people read the text.
 */
public class BpfException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String operation;
  private final String object;
  private final int errno;

  /**
   * @param operation what was attempted, for example "update element"
   * @param object what it was attempted on, for example "map 'services'"
   * @param errno the positive error number, or 0 when no system call was involved
   */
  public BpfException(String operation, String object, int errno) {
    this(operation, object, errno, "");
  }

  /**
   * @param detail further words (a remedy, libbpf's own message); may be empty
   * @see #BpfException(String, String, int)
   */
  public BpfException(String operation, String object, int errno, String detail) {
    super(message(operation, object, errno, detail));
    this.operation = operation;
    this.object = object;
    this.errno = errno;
  }

  private static String message(String operation, String object, int errno, String detail) {
    StringBuilder text = new StringBuilder(operation).append(' ').append(object);
    if (errno != 0) {
      text.append(": ").append(Errno.describe(errno));
    }
    if (!detail.isEmpty()) {
      text.append(": ").append(detail);
    }
    return text.toString();
  }

  /** What was attempted. */
  public String operation() {
    return operation;
  }

  /** The map, program, link or file it was attempted on. */
  public String object() {
    return object;
  }

  /** The positive error number ({@code errno.h}), or 0 when no system call was involved. */
  public int errno() {
    return errno;
  }

  /** The symbolic name of {@link #errno()}, for example {@code "ENOENT"}. */
  public String errnoName() {
    return Errno.name(errno);
  }
}
