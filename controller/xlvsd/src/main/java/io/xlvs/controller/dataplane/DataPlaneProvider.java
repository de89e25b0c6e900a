// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import java.io.IOException;
import java.nio.file.Path;

/** Opens data planes. Found by {@link java.util.ServiceLoader}, so that the daemon can be tested without one in the kernel. */
public interface DataPlaneProvider {
  /** Says when, having loaded, a provider may go on to change what packets meet. */
  interface Gate {
    /**
     * Returns when it may.
     *
     * @throws IOException if it must not
     */
    void pass() throws IOException;
  }

  /**
   * Loads and attaches, or takes over what a daemon before this one left attached.
   *
   * @param gate passed once everything is loaded, which takes seconds, and before anything that packets meet is changed; if it throws,
   *     all is left as it was
   * @throws DataPlaneException one line for the operator: what is missing and the remedy
   * @throws IOException the gate's
   */
  DataPlane open(DataPlaneOptions options, Gate gate) throws DataPlaneException, IOException;

  /**
   * Takes everything that was left attached off the interfaces and removes its pins.
   *
   * @param bpffs as in {@link DataPlaneOptions#bpffs}
   * @return whether there was anything
   */
  boolean detach(Path bpffs) throws DataPlaneException;
}
