// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.controller.net.Link;
import io.xlvs.loader.link.XdpMode;
import java.util.Optional;
import java.util.Set;

/**
 * How an interface is to be attached.
 *
 * @param xdp the mode of XDP to try; empty: tc alone
 * @param required whether XDP is asked for by name: without it the interface is refused
 * @param note what the operator should know about that; else empty
 */
record AttachChoice(Optional<XdpMode> xdp, boolean required, String note) {
  /**
   * Devices whose other end is a host's own stack. With transmit checksum offload there, which is the default, sockets leave the
   * transport checksum half done (CHECKSUM_PARTIAL). Only the sk_buff says so: tc sees it, XDP takes the half for the whole.
   */
  private static final Set<String> PARTIAL_CHECKSUMS = Set.of("veth", "tun");

  static AttachChoice of(AttachMode wanted, Link link) {
    boolean partial = PARTIAL_CHECKSUMS.contains(link.kind());
    return switch (wanted) {
      case TC -> new AttachChoice(Optional.empty(), false, "");
      case NATIVE -> new AttachChoice(Optional.of(XdpMode.NATIVE), true, partial ? warning(link) : "");
      case GENERIC -> new AttachChoice(Optional.of(XdpMode.GENERIC), true, partial ? warning(link) : "");
      case AUTO -> partial
          ? new AttachChoice(Optional.empty(), false, reason(link))
          : new AttachChoice(Optional.of(XdpMode.NATIVE), false, "");
    };
  }

  private static String reason(Link link) {
    return "not native XDP, since frames from a " + link.kind()
        + " may carry half a checksum; --attach-mode native is for peers without transmit checksum offload";
  }

  private static String warning(Link link) {
    return "frames from a " + link.kind() + " may carry half a checksum, and their connections hang: ethtool -K DEV tx off at its "
        + "other end, or --attach-mode auto";
  }
}
