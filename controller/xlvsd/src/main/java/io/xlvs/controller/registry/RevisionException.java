// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

/** The configuration has moved on since the caller looked. */
public final class RevisionException extends Exception {
  private static final long serialVersionUID = 1L;

  RevisionException(long expected, long actual) {
    super("expected_revision " + expected + " is not the configuration's revision " + actual
        + ": read the configuration again and repeat the change");
  }
}
