// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.link;

import io.xlvs.loader.BpfException;
import io.xlvs.loader.internal.PrintCapture;

/** Errors of netlink calls come with the kernel's own words, which libbpf prints. */
final class NetlinkResult {
  private NetlinkResult() {}

  static void check(int result, String operation, String object, PrintCapture capture) {
    if (result < 0) {
      throw new BpfException(operation, object, -result, capture.take());
    }
  }
}
