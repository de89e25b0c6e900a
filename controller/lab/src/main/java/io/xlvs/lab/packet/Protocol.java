// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.packet;

/** Protocol numbers of IANA. */
final class Protocol {
  static final int ICMP = 1;
  static final int IPIP = 4;
  static final int TCP = 6;
  static final int UDP = 17;
  static final int IPV6 = 41;
  static final int FRAGMENT = 44;
  static final int GRE = 47;
  static final int ICMPV6 = 58;

  private Protocol() {}

  static boolean isIcmp(int protocol) {
    return protocol == ICMP || protocol == ICMPV6;
  }

  static boolean hasPorts(int protocol) {
    return protocol == TCP || protocol == UDP;
  }
}
