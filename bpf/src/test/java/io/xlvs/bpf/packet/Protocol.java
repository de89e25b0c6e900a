// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

/** Numbers of IANA's registries that packets here use. */
final class Protocol {
  static final int HOP_BY_HOP = 0;
  static final int ICMP = 1;
  static final int IPIP = 4;
  static final int TCP = 6;
  static final int UDP = 17;
  static final int DCCP = 33;
  static final int IPV6 = 41;
  static final int ROUTING = 43;
  static final int FRAGMENT = 44;
  static final int GRE = 47;
  static final int ICMPV6 = 58;
  static final int DESTINATION = 60;
  static final int SCTP = 132;

  static final int ETHERTYPE_IPV4 = 0x0800;
  static final int ETHERTYPE_IPV6 = 0x86dd;
  static final int ETHERTYPE_VLAN = 0x8100;
  static final int ETHERTYPE_QINQ = 0x88a8;

  private Protocol() {
  }

  static boolean isExtensionHeader(int number) {
    return number == HOP_BY_HOP || number == ROUTING || number == FRAGMENT || number == DESTINATION;
  }

  /** Whether an ICMP or ICMPv6 message quotes the packet that it is about. */
  static boolean isIcmpError(int protocol, int type) {
    return protocol == ICMP
        ? type == 3 || type == 4 || type == 5 || type == 11 || type == 12
        : protocol == ICMPV6 && type < 128;
  }
}
