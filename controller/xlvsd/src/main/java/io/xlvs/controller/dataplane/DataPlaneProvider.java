// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import java.nio.file.Path;

/** Opens data planes. Found by {@link java.util.ServiceLoader}, so that the daemon can be tested without one in the kernel. */
public interface DataPlaneProvider {
  /**
   * Loads and attaches, or takes over what a daemon before this one left attached.
   *
   * @throws DataPlaneException one line for the operator: what is missing and the remedy
   */
  DataPlane open(DataPlaneOptions options) throws DataPlaneException;

  /**
   * Takes everything that was left attached off the interfaces and removes its pins.
   *
   * @param bpffs as in {@link DataPlaneOptions#bpffs}
   * @return whether there was anything
   */
  boolean detach(Path bpffs) throws DataPlaneException;
}
