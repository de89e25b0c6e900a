// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.config;

import static io.xlvs.controller.config.Given.first;

import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Where the API is served.
 *
 * @param socket path of the Unix domain socket
 * @param socketMode its permissions in octal, such as "0660"
 */
public record ApiConfig(String socket, String socketMode) {
  /** Nothing given. */
  public static final ApiConfig NONE = new ApiConfig(null, null);

  /** This where it is given, else the other. */
  public ApiConfig over(ApiConfig other) {
    return new ApiConfig(first(socket, other.socket), first(socketMode, other.socketMode));
  }

  /** With the default. */
  public Path socketPath() {
    return Path.of(first(socket, "/run/xlvs/xlvsd.sock"));
  }

  /** Checked, with the default. */
  public Set<PosixFilePermission> permissions() throws ConfigException {
    String octal = first(socketMode, "0660");
    if (!octal.matches("0?[0-7]{3}")) {
      throw new ConfigException("socket-mode \"" + octal + "\" is no mode: three octal digits such as 0660 would be right");
    }
    String digits = octal.substring(octal.length() - 3);
    StringBuilder text = new StringBuilder();
    for (char digit : digits.toCharArray()) {
      int bits = digit - '0';
      text.append((bits & 4) != 0 ? 'r' : '-').append((bits & 2) != 0 ? 'w' : '-').append((bits & 1) != 0 ? 'x' : '-');
    }
    return PosixFilePermissions.fromString(text.toString());
  }
}
