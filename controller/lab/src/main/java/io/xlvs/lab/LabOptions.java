// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

/**
 * What kind of lab.
 *
 * @param attachMode xlvsd's: "auto", "native", "tc" or "generic"
 * @param mtu of every wire, in bytes
 * @param connections xlvsd's capacity for established ones
 */
public record LabOptions(String attachMode, int mtu, int connections) {
  /** Native XDP on ordinary Ethernet. */
  public static final LabOptions DEFAULT = new LabOptions("native", 1500, 131_072);

  /** With another attach mode. */
  public LabOptions attached(String mode) {
    return new LabOptions(mode, mtu, connections);
  }

  /** With another MTU. */
  public LabOptions withMtu(int bytes) {
    return new LabOptions(attachMode, bytes, connections);
  }

  /** With another capacity for connections. */
  public LabOptions withConnections(int capacity) {
    return new LabOptions(attachMode, mtu, capacity);
  }
}
