// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.config;

import static io.xlvs.controller.config.Given.first;

import java.nio.file.Path;

/**
 * Where the configuration is kept.
 *
 * @param stateDir a directory of this daemon alone
 */
public record StoreConfig(String stateDir) {
  /** Nothing given. */
  public static final StoreConfig NONE = new StoreConfig(null);

  /** This where it is given, else the other. */
  public StoreConfig over(StoreConfig other) {
    return new StoreConfig(first(stateDir, other.stateDir));
  }

  /** With the default. */
  public Path directory() {
    return Path.of(first(stateDir, "/var/lib/xlvs"));
  }
}
