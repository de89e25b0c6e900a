// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.net;

import io.xlvs.loader.netlink.Attributes;
import io.xlvs.loader.netlink.NetlinkMessage;

/**
 * A network interface.
 *
 * @param kind as in {@code ip -details link} ("veth", "vlan", "bond"); empty for hardware
 * @param parentIndex interface underneath, 0 for none
 * @param vlanId 802.1Q tag of a VLAN interface, 0 otherwise
 * @param mac Ethernet address in the low 48 bits, 0 without one
 * @param mtu largest packet in bytes
 * @param up administratively up
 * @param loopback the host's own
 */
public record Link(
    int index, String name, String kind, int parentIndex, int vlanId, long mac, int mtu, boolean up, boolean loopback) {
  static final int HEADER_BYTES = 16;

  private static final int IFF_UP = 1;
  private static final int IFF_LOOPBACK = 8;
  private static final int IFLA_ADDRESS = 1;
  private static final int IFLA_IFNAME = 3;
  private static final int IFLA_MTU = 4;
  private static final int IFLA_LINK = 5;
  private static final int IFLA_LINKINFO = 18;
  private static final int IFLA_INFO_KIND = 1;
  private static final int IFLA_INFO_DATA = 2;
  private static final int IFLA_VLAN_ID = 1;
  private static final int IFLA_VLAN_PROTOCOL = 5;
  private static final byte[] ETH_P_8021Q = {(byte) 0x81, 0x00};

  /** Reads RTM_NEWLINK. */
  static Link parse(NetlinkMessage message) {
    Attributes attributes = message.attributes(HEADER_BYTES);
    Attributes info = attributes.nested(IFLA_LINKINFO);
    String kind = info.text(IFLA_INFO_KIND).orElse("");
    Attributes data = info.nested(IFLA_INFO_DATA);
    boolean customer = data.bytes(IFLA_VLAN_PROTOCOL).map(p -> java.util.Arrays.equals(p, ETH_P_8021Q)).orElse(true);
    int flags = message.payload().getInt(8);
    return new Link(
        message.payload().getInt(4),
        attributes.text(IFLA_IFNAME).orElse(""),
        kind,
        attributes.u32(IFLA_LINK).orElse(0),
        kind.equals("vlan") && customer ? data.u16(IFLA_VLAN_ID).orElse(0) : 0,
        attributes.bytes(IFLA_ADDRESS).map(Macs::of).orElse(0L),
        attributes.u32(IFLA_MTU).orElse(0),
        (flags & IFF_UP) != 0,
        (flags & IFF_LOOPBACK) != 0);
  }
}
