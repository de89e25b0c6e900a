// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.config;

import static io.xlvs.controller.config.Given.first;

/** All of it. */
public record DaemonConfig(DataPlaneConfig dataPlane, StoreConfig store, ApiConfig api, LogConfig log) {
  /** Nothing given. */
  public static final DaemonConfig NONE = new DaemonConfig(null, null, null, null);

  public DaemonConfig {
    dataPlane = first(dataPlane, DataPlaneConfig.NONE);
    store = first(store, StoreConfig.NONE);
    api = first(api, ApiConfig.NONE);
    log = first(log, LogConfig.NONE);
  }

  /** This where it is given, else the other. */
  public DaemonConfig over(DaemonConfig other) {
    return new DaemonConfig(dataPlane.over(other.dataPlane), store.over(other.store), api.over(other.api), log.over(other.log));
  }
}
