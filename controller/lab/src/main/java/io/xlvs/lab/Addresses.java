// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import java.net.Inet6Address;
import java.net.InetAddress;

/** Text of addresses as people write them. */
final class Addresses {
  private Addresses() {}

  /** With the first run of zero groups left out, for IPv6. */
  static String text(InetAddress address) {
    String text = address.getHostAddress().replaceFirst("%.*", "");
    return address instanceof Inet6Address ? text.replaceFirst("(^|:)(0(:|$)){2,}", "::") : text;
  }
}
