// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

/** A valid change could not be carried out; the message says what state that left. */
public final class CommitException extends Exception {
  private static final long serialVersionUID = 1L;

  CommitException(String message, Throwable cause) {
    super(message, cause);
  }
}
