// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import java.util.Locale;

/** Forwarding methods that need something on the real server; NAT needs only a route. */
enum Method {
  DR,
  TUN,
  FULLNAT;

  /** Whether requests arrive with the VIP as destination, so that the server has to own it. */
  boolean ownsVip() {
    return this != FULLNAT;
  }

  /** The word on the command line and in the state file. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
