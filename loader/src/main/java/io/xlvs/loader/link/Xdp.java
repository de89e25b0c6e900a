// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.link;

import io.xlvs.loader.AttachType;
import io.xlvs.loader.Program;
import io.xlvs.loader.internal.Layout;
import io.xlvs.loader.internal.Native;
import io.xlvs.loader.internal.PrintCapture;
import java.nio.ByteBuffer;

/** XDP programs on network interfaces, by link (preferred) or by netlink. */
public final class Xdp {
  private static final int FLAG_UPDATE_IF_NOEXIST = 1;

  private Xdp() {}

  /**
   * Attaches a program by a link; the caller closes or pins it.
   *
   * @param ifindex the interface, in the calling thread's network namespace
   * @throws io.xlvs.loader.BpfException EBUSY when another program is attached, EOPNOTSUPP when the driver lacks native XDP
   */
  public static Link attach(Program program, int ifindex, XdpMode mode) {
    ByteBuffer options = Native.allocate(Layout.LINK_CREATE_SIZE);
    options.putLong(0, Layout.LINK_CREATE_SIZE).putInt(Layout.LINK_CREATE_FLAGS, mode.flags());
    String object = program + " (XDP " + mode + ") on ifindex " + ifindex;
    int type = AttachType.XDP.number();
    int result = Native.bpf().bpf_link_create(program.fd(), ifindex, type, Native.address(options));
    return Link.created(result, "attach", object);
  }

  /** What is attached to an interface, by link or by netlink. */
  public static XdpStatus query(int ifindex) {
    ByteBuffer options = Native.allocate(Layout.XDP_QUERY_SIZE).putLong(0, Layout.XDP_QUERY_SIZE);
    int result = Native.bpf().bpf_xdp_query(ifindex, 0, Native.address(options));
    Native.check(result, "query XDP on", "ifindex " + ifindex);
    return new XdpStatus(
        options.getInt(Layout.XDP_QUERY_DRV_PROG_ID), options.getInt(Layout.XDP_QUERY_SKB_PROG_ID));
  }

  /** Attaches a program by netlink, outliving this process without a pin; EBUSY when one is there already. */
  public static void attachByNetlink(Program program, int ifindex, XdpMode mode) {
    try (PrintCapture capture = PrintCapture.open()) {
      int result =
          Native.bpf().bpf_xdp_attach(ifindex, program.fd(), mode.flags() | FLAG_UPDATE_IF_NOEXIST, 0);
      NetlinkResult.check(result, "attach by netlink", program + " on ifindex " + ifindex, capture);
    }
  }

  /** Removes a program attached by netlink in the given mode; EINVAL when a link holds the interface. */
  public static void detachByNetlink(int ifindex, XdpMode mode) {
    try (PrintCapture capture = PrintCapture.open()) {
      int result = Native.bpf().bpf_xdp_detach(ifindex, mode.flags(), 0);
      NetlinkResult.check(result, "detach XDP by netlink from", "ifindex " + ifindex, capture);
    }
  }
}
