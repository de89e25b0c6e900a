// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.netlink;

import io.xlvs.loader.BpfException;

/** Events came faster than they were read and some are lost (ENOBUFS): whoever follows them must read everything anew. */
public final class NetlinkOverrunException extends BpfException {
  private static final long serialVersionUID = 1L;
  private static final int ENOBUFS = 105;

  NetlinkOverrunException() {
    super("receive from", "netlink socket", ENOBUFS, "events were lost");
  }
}
