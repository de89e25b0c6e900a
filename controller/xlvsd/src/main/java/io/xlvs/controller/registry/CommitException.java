// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

/** A valid change could not be carried out; the message says what state that left. */
public final class CommitException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What could not be done. */
  public enum Kind {
    /** Stored: there is no room. */
    STORE_FULL,
    /** Stored, for another reason. */
    STORE_FAILED,
    /** Carried out. */
    DATA_PLANE_FAILED
  }

  private final Kind kind;

  CommitException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** What could not be done. */
  public Kind kind() {
    return kind;
  }
}
