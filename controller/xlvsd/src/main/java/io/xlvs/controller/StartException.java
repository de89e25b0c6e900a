// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller;

/** This machine or process lacks something that xlvsd needs. One line: what, and the remedy. */
final class StartException extends Exception {
  private static final long serialVersionUID = 1L;

  StartException(String message) {
    super(message);
  }

  StartException(String message, Throwable cause) {
    super(message, cause);
  }
}
