// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

/** The caller's input cannot be used. The message is one line: field, value and what would be right. Exit code 2. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String field, String value, String remedy) {
    super(field + ": '" + value + "' " + remedy);
  }

  UsageException(String message) {
    super(message);
  }
}
