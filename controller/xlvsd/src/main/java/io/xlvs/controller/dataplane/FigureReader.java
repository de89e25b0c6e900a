// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Load;
import io.xlvs.controller.service.VirtualService;
import java.util.ArrayList;
import java.util.List;

/** Reads what services and servers count. */
final class FigureReader {
  private final Tables tables;

  FigureReader(Tables tables) {
    this.tables = tables;
  }

  /**
   * A service's figures and its servers', in their order.
   *
   * @param held the service in the maps, or null
   */
  ServiceFigures read(AppliedService held, VirtualService service, boolean withCounters) {
    List<ServerFigures> servers = new ArrayList<>(service.servers().size());
    for (ServerSlot slot : Reconciler.inOrder(held, service)) {
      servers.add(slot == null || !slot.available ? ServerFigures.NONE : figures(slot, withCounters));
    }
    boolean counts = held != null && held.present && withCounters;
    return new ServiceFigures(counts ? tables.counters().service(held.index, held.slots.values()) : Counters.ZERO, servers);
  }

  private ServerFigures figures(ServerSlot slot, boolean withCounters) {
    Load load = tables.servers().load(slot);
    ServerState state = new ServerState(load.activeConnections(), load.inactiveConnections(), load.persistent(), slot.target.isReachable());
    return new ServerFigures(state, withCounters ? tables.counters().server(slot.index) : Counters.ZERO);
  }
}
