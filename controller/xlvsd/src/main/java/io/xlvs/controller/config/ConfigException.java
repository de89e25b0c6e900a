// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.config;

/** The configuration file or the command line is wrong. One line: which key, its value, and what would be right. */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message);
  }

  public ConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}
