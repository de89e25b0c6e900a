// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

import java.util.Objects;

/**
 * What identifies a mark rule. Text form: "1:10.0.0.100", "1:fd00::/120".
 *
 * @param mark firewall mark, 1..4294967295
 * @param destination addresses of the packets
 */
public record MarkRuleKey(long mark, Prefix destination) {
  public MarkRuleKey {
    Objects.requireNonNull(destination, "destination");
    if (mark < 1 || mark > 0xffffffffL) {
      throw new IllegalArgumentException("firewall mark " + mark + " is out of range: 1..4294967295 would be right");
    }
  }

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException naming the text and what would be right
   */
  public static MarkRuleKey parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("\"" + text + "\" is not a mark rule: 1:10.0.0.100 or 1:fd00::/120 would be");
    }
    long mark = Ports.parseDecimal(text.substring(0, colon), "firewall mark", 0xffffffffL);
    return new MarkRuleKey(mark, Prefix.parse(text.substring(colon + 1)));
  }

  /** The service that receives the packets, if there is one. */
  public ServiceKey.FirewallMark service() {
    return new ServiceKey.FirewallMark(destination.address().family(), mark);
  }

  /** Canonical text form. */
  public String text() {
    return mark + ":" + destination;
  }

  @Override
  public String toString() {
    return text();
  }
}
