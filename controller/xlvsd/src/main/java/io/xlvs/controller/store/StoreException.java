// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.store;

import java.io.IOException;

/** The state directory or a file in it cannot be used. The message is one line: which file, what is wrong, and the remedy. */
public final class StoreException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean full;

  StoreException(String message) {
    this(message, null, false);
  }

  StoreException(String message, Throwable cause) {
    this(message, cause, false);
  }

  /** @param full see {@link #isFull} */
  public StoreException(String message, Throwable cause, boolean full) {
    super(message, cause);
    this.full = full;
  }

  /** Whether it is for want of room, and would work once there is some. */
  public boolean isFull() {
    return full;
  }
}
