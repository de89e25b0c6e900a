// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

/**
 * What kind of lab.
 *
 * @param attachMode xlvsd's: "auto", "native", "tc" or "generic"
 * @param mtu of every wire, in bytes
 */
public record LabOptions(String attachMode, int mtu) {
  /** Native XDP on ordinary Ethernet. */
  public static final LabOptions DEFAULT = new LabOptions("native", 1500);

  /** With another attach mode. */
  public LabOptions attached(String mode) {
    return new LabOptions(mode, mtu);
  }

  /** With another MTU. */
  public LabOptions withMtu(int bytes) {
    return new LabOptions(attachMode, bytes);
  }
}
