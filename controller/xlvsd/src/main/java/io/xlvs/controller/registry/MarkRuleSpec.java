// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import java.util.List;

/**
 * What somebody wants a mark rule to be; nothing is checked yet. Without any ports it is about every port of every protocol.
 *
 * @param destination an address or a prefix
 */
public record MarkRuleSpec(long mark, String destination, List<Ports> tcpPorts, List<Ports> udpPorts, List<Ports> sctpPorts) {

  /**
   * A range as it was given.
   *
   * @param last 0: a single port
   */
  public record Ports(long first, long last) {}
}
