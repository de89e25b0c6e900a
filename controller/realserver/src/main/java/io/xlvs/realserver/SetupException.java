// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

/** The host did not do what was asked. The message is one line with the remedy where there is one. Exit code 1. */
final class SetupException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SetupException(String message) {
    super(message);
  }

  SetupException(String message, Throwable cause) {
    super(message, cause);
  }
}
