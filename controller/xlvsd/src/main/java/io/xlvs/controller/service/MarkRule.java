// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

import java.util.List;
import java.util.Objects;

/**
 * Packets to these addresses and ports carry this mark. Immutable.
 *
 * @param key identity
 * @param tcpPorts in order, without overlaps; empty: no TCP packets
 * @param udpPorts the same for UDP
 * @param sctpPorts the same for SCTP
 * @param revision of the configuration when it was last changed; the etag
 */
public record MarkRule(MarkRuleKey key, List<PortRange> tcpPorts, List<PortRange> udpPorts, List<PortRange> sctpPorts, long revision) {
  public MarkRule {
    Objects.requireNonNull(key, "key");
    tcpPorts = List.copyOf(tcpPorts);
    udpPorts = List.copyOf(udpPorts);
    sctpPorts = List.copyOf(sctpPorts);
  }

  /** The ports of this protocol. */
  public List<PortRange> ports(Protocol protocol) {
    return switch (protocol) {
      case TCP -> tcpPorts;
      case UDP -> udpPorts;
      case SCTP -> sctpPorts;
    };
  }

  /** Entries of the service table that stand for it: each address with each port; every port of a protocol is one. */
  public long entries() {
    long ports = 0;
    for (Protocol protocol : Protocol.values()) {
      for (PortRange range : ports(protocol)) {
        ports += range.equals(PortRange.ALL) ? 1 : range.size();
      }
    }
    return ports << key.destination().hostBits();
  }

  /** Whether a packet would carry both marks. */
  public boolean contradicts(MarkRule other) {
    return key.mark() != other.key.mark()
        && key.destination().overlaps(other.key.destination())
        && (PortRange.overlap(tcpPorts, other.tcpPorts) || PortRange.overlap(udpPorts, other.udpPorts)
            || PortRange.overlap(sctpPorts, other.sctpPorts));
  }
}
