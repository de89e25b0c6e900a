// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.net;

import io.xlvs.controller.service.AddressFamily;

/** Address families as the kernel numbers them. */
final class Families {
  static final int AF_UNSPEC = 0;
  static final int AF_INET = 2;
  static final int AF_INET6 = 10;

  private Families() {}

  static int of(AddressFamily family) {
    return family == AddressFamily.IPV4 ? AF_INET : AF_INET6;
  }
}
