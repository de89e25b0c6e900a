// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

/** What a data plane may or may not be able to do. Validation refuses what needs a feature that is not there, by name. */
public enum Feature {
  SCTP("SCTP services"),
  FIREWALL_MARK("firewall-mark services"),
  PERSISTENCE("persistent services"),
  PERSISTENCE_ENGINE("persistence engines"),
  ONE_PACKET("one-packet scheduling"),
  THRESHOLDS("connection thresholds"),
  /** Schedulers that read live connection counts in the kernel: lc, wlc, lblc, lblcr, sed, nq, ovf, twos. */
  LEAST_CONNECTION("least-connection schedulers"),
  TUNNEL_GUE("GUE tunnels"),
  TUNNEL_GRE("GRE tunnels"),
  /** TunnelChecksum.FULL. */
  TUNNEL_CHECKSUM("tunnel checksums"),
  /** TUN to a real server of the other address family. */
  TUNNEL_MIXED_FAMILY("tunnels between address families");

  private final String displayName;

  Feature(String displayName) {
    this.displayName = displayName;
  }

  /** For messages, a plural: "SCTP services". */
  public String displayName() {
    return displayName;
  }
}
