// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

/** The machine refused something that the lab needs; the message names what, and the reason given. */
public final class LabException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public LabException(String message) {
    super(message);
  }

  public LabException(String message, Throwable cause) {
    super(message, cause);
  }
}
