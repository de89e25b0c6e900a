// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.store;

import java.io.IOException;

/** The state directory or a file in it cannot be used. The message is one line: which file, what is wrong, and the remedy. */
public final class StoreException extends IOException {
  private static final long serialVersionUID = 1L;

  StoreException(String message) {
    super(message);
  }

  StoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
