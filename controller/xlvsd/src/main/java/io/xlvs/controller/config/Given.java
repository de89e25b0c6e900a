// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.config;

/** Values that may or may not be given. */
final class Given {
  private Given() {}

  static <T> T first(T value, T otherwise) {
    return value != null ? value : otherwise;
  }

  /** The value, if it is in the range. */
  static long range(String key, long value, long min, long max) throws ConfigException {
    if (value < min || value > max) {
      throw new ConfigException(key + " " + value + " is out of range: " + min + ".." + max + " would be right");
    }
    return value;
  }
}
