// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Region;
import io.xlvs.controller.net.Route;
import io.xlvs.controller.schedule.Ring;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.VirtualService;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What has to be written to get from what the maps hold to a configuration. Everything that can be refused has been decided, and
 * room has been reserved; nothing has been written.
 */
final class Plan {
  final Configuration desired;
  final List<ServiceChange> changes;
  final List<AppliedService> removals;
  final Map<IpAddress, Route> routes;

  /** What firewall marks need of the service table; empty if that is as it was. */
  final Optional<MarkEndpoints> marks;

  Plan(Configuration desired, List<ServiceChange> changes, List<AppliedService> removals, Map<IpAddress, Route> routes,
      Optional<MarkEndpoints> marks) {
    this.desired = desired;
    this.changes = changes;
    this.removals = removals;
    this.routes = routes;
    this.marks = marks;
  }

  /** A service that is new or differs. */
  static final class ServiceChange {
    final VirtualService service;

    /** The service in the maps, present or lingering; null for a new one. */
    AppliedService applied;

    final List<RealServer> newestFirst;
    final Ring ring;

    /** Room for the ring and the local addresses; null where the present region may serve on. */
    Region ringRegion;

    Region localRegion;

    ServiceChange(VirtualService service, AppliedService applied, Ring ring) {
      this.service = service;
      this.applied = applied;
      this.newestFirst = service.serversNewestFirst();
      this.ring = ring;
    }
  }
}
