// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.config;

import static io.xlvs.controller.config.Given.first;

import java.util.List;

/**
 * What is logged, and how.
 *
 * @param logFormat "text" (key=value) or "json"
 * @param logLevel "error", "warn", "info" or "debug"
 */
public record LogConfig(String logFormat, String logLevel) {
  /** Nothing given. */
  public static final LogConfig NONE = new LogConfig(null, null);

  /** This where it is given, else the other. */
  public LogConfig over(LogConfig other) {
    return new LogConfig(first(logFormat, other.logFormat), first(logLevel, other.logLevel));
  }

  /** Checked, with the default. */
  public boolean json() throws ConfigException {
    return oneOf("log-format", first(logFormat, "text"), List.of("text", "json")).equals("json");
  }

  /** Checked, with the default. */
  public String level() throws ConfigException {
    return oneOf("log-level", first(logLevel, "info"), List.of("error", "warn", "info", "debug"));
  }

  private static String oneOf(String key, String value, List<String> values) throws ConfigException {
    if (!values.contains(value)) {
      throw new ConfigException(key + " \"" + value + "\" is not known: " + String.join(", ", values) + " would be");
    }
    return value;
  }
}
