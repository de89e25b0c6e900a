// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

/** How programs are attached to interfaces. */
public enum AttachMode {
  /** Native XDP where the driver has it and frames carry whole checksums, else tc, with the reason in the status. */
  AUTO("auto"),
  /** XDP in the driver; refused where the driver has none. */
  NATIVE("native"),
  /** clsact: any device. */
  TC("tc"),
  /** XDP after the socket buffer is made: slow, for tests. */
  GENERIC("generic");

  private final String text;

  AttachMode(String text) {
    this.text = text;
  }

  /** As on the command line. */
  public String text() {
    return text;
  }
}
