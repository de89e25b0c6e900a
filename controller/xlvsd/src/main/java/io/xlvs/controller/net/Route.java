// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.net;

import io.xlvs.controller.service.IpAddress;
import io.xlvs.loader.netlink.Attributes;
import io.xlvs.loader.netlink.NetlinkMessage;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * The way to one destination, as the kernel would send now.
 *
 * @param kind whether and where to
 * @param ifindex interface; 0 unless {@link Kind#UNICAST}
 * @param gateway the neighbour to send to; empty: the destination itself is the neighbour
 * @param preferredSource the address that the host would use as source
 * @param mtu of the route in bytes; 0: the interface's
 */
public record Route(
    Kind kind, int ifindex, Optional<IpAddress> gateway, Optional<IpAddress> preferredSource, int mtu) {
  /** Where a destination lies. */
  public enum Kind {
    /** Reached through an interface. */
    UNICAST,
    /** An address of this host. */
    LOCAL,
    /** Not reached: no route, or one that refuses. */
    NONE
  }

  /** No way. */
  public static final Route NONE = new Route(Kind.NONE, 0, Optional.empty(), Optional.empty(), 0);

  static final int HEADER_BYTES = 12;
  private static final int RTN_UNICAST = 1;
  private static final int RTN_LOCAL = 2;
  private static final int RTA_OIF = 4;
  private static final int RTA_GATEWAY = 5;
  private static final int RTA_PREFSRC = 7;
  private static final int RTA_METRICS = 8;
  private static final int RTA_VIA = 18;
  private static final int RTAX_MTU = 2;

  /** Reads RTM_NEWROUTE, the answer to RTM_GETROUTE for one destination. */
  static Route parse(NetlinkMessage message) {
    ByteBuffer header = message.payload();
    int type = Byte.toUnsignedInt(header.get(7));
    if (type == RTN_LOCAL) {
      return new Route(Kind.LOCAL, 0, Optional.empty(), Optional.empty(), 0);
    } else if (type != RTN_UNICAST) {
      return NONE;
    }
    Attributes attributes = message.attributes(HEADER_BYTES);
    Optional<IpAddress> gateway = attributes.bytes(RTA_GATEWAY).map(IpAddress::ofBytes);
    // RTA_VIA: a gateway of the other family, behind two bytes of family.
    Optional<IpAddress> via =
        attributes.bytes(RTA_VIA).map(bytes -> IpAddress.ofBytes(Arrays.copyOfRange(bytes, 2, bytes.length)));
    return new Route(
        Kind.UNICAST,
        attributes.u32(RTA_OIF).orElse(0),
        gateway.or(() -> via),
        attributes.bytes(RTA_PREFSRC).map(IpAddress::ofBytes),
        attributes.nested(RTA_METRICS).u32(RTAX_MTU).orElse(0));
  }
}
