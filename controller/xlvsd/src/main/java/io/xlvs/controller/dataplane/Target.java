// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.controller.net.Route;
import io.xlvs.controller.service.IpAddress;

/** The way to one address of a real server, shared by all servers of that address. */
final class Target {
  final IpAddress address;
  int references;
  Route route = Route.NONE;

  /** Null without a way, or when the address is the director's own. */
  Hop hop;

  Target(IpAddress address) {
    this.address = address;
  }

  boolean isLocal() {
    return route.kind() == Route.Kind.LOCAL;
  }

  /** Index into next_hops; 0, which is never resolved, without a way. */
  int hopIndex() {
    return hop == null ? 0 : hop.index;
  }

  boolean isReachable() {
    return isLocal() || hop != null && hop.mac != 0;
  }
}
