// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.net;

/** Told by {@link NetworkMonitor}, on its thread, what has changed. */
public interface NetworkListener {
  /** A neighbour became usable, changed its Ethernet address, or was lost. */
  void neighbourChanged(Neighbour neighbour);

  /**
   * Interfaces, addresses, routes or rules have changed, or events were lost: everything read before may be outdated, neighbours
   * included. Changes that come together are reported together.
   */
  void networkChanged();
}
