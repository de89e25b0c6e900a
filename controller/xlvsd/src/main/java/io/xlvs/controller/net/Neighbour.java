// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.net;

import io.xlvs.controller.service.IpAddress;
import io.xlvs.loader.netlink.Attributes;
import io.xlvs.loader.netlink.NetlinkMessage;

/**
 * A neighbour that the kernel knows, or has lost.
 *
 * @param mac its Ethernet address in the low 48 bits; 0 unless usable
 * @param usable whether packets can be sent to {@code mac} now
 * @param permanent set by the administrator: the kernel never asks for it
 * @param managed the kernel keeps it resolved (NTF_EXT_MANAGED), whether or not packets of its own go there
 */
public record Neighbour(int ifindex, IpAddress address, long mac, boolean usable, boolean permanent, boolean managed) {
  static final int HEADER_BYTES = 12;

  private static final int RTM_DELNEIGH = 29;
  private static final int NDA_DST = 1;
  private static final int NDA_LLADDR = 2;
  private static final int NDA_FLAGS_EXT = 15;
  private static final int NTF_EXT_MANAGED = 1;
  private static final int NUD_NOARP = 0x40;
  private static final int NUD_PERMANENT = 0x80;

  /** REACHABLE, STALE, DELAY, PROBE, NOARP, PERMANENT: the kernel's NUD_VALID. */
  private static final int NUD_VALID = 0x02 | 0x04 | 0x08 | 0x10 | NUD_NOARP | NUD_PERMANENT;

  /** Reads RTM_NEWNEIGH or RTM_DELNEIGH; null for what is no IP neighbour (bridge entries). */
  static Neighbour parse(NetlinkMessage message) {
    int family = Byte.toUnsignedInt(message.payload().get(0));
    if (family != Families.AF_INET && family != Families.AF_INET6) {
      return null;
    }
    Attributes attributes = message.attributes(HEADER_BYTES);
    byte[] address = attributes.bytes(NDA_DST).orElse(null);
    if (address == null) {
      return null;
    }
    int state = Short.toUnsignedInt(message.payload().getShort(8));
    long mac = attributes.bytes(NDA_LLADDR).map(Macs::of).orElse(0L);
    boolean usable = message.type() != RTM_DELNEIGH && (state & NUD_VALID) != 0 && mac != 0;
    boolean permanent = usable && (state & (NUD_PERMANENT | NUD_NOARP)) != 0;
    boolean managed = message.type() != RTM_DELNEIGH && (attributes.u32(NDA_FLAGS_EXT).orElse(0) & NTF_EXT_MANAGED) != 0;
    return new Neighbour(message.payload().getInt(4), IpAddress.ofBytes(address), usable ? mac : 0, usable, permanent, managed);
  }
}
