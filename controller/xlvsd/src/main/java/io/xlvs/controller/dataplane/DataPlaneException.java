// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

/** The data plane could not do something. The message is one line for the operator. */
public class DataPlaneException extends Exception {
  private static final long serialVersionUID = 1L;

  public DataPlaneException(String message) {
    super(message);
  }

  public DataPlaneException(String message, Throwable cause) {
    super(message, cause);
  }
}
