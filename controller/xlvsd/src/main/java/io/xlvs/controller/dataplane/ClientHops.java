// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Abi;
import io.xlvs.bpf.Control;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.loader.GracePeriod;
import io.xlvs.loader.map.MappedArray;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Ways to clients, which the data plane learns by itself and which a change of routes makes doubtful. */
final class ClientHops {
  /** Gateways are few; that many entries mean clients on the director's own networks, whom the kernel need not ask for all the time. */
  private static final int MOST_KEPT = 256;

  /** After that long without being learnt again, a gateway is no longer one. */
  private static final long GONE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final XlvsObjects objects;
  private final ManagedNeighbours neighbours;
  private final Set<ManagedNeighbours.Key> kept = new HashSet<>();
  private final Set<ManagedNeighbours.Key> learnt = new HashSet<>();
  private int seen;
  private long forgottenNanos;

  ClientHops(XlvsObjects objects, ManagedNeighbours neighbours) {
    this.objects = objects;
    this.neighbours = neighbours;
  }

  int used() {
    return objects.control().getInt(Control.NEXT_CLIENT_HOP);
  }

  /**
   * Has every way to a client looked up anew and every cached decision checked. An index is given away again only when no decision
   * that names it counts and no packet is on its way with it: first nothing new is learnt, then nothing known is found, then what was
   * decided until now no longer counts, then whoever saw it count has finished.
   */
  void forget(long nowNanos) {
    MappedArray control = objects.control();
    control.putIntRelease(Control.NEXT_CLIENT_HOP, Abi.CLIENT_HOPS);
    GracePeriod.await();
    objects.clientHops().drain((neighbour, index) -> {});
    new Epochs(objects.epochs()).bump();
    GracePeriod.await();
    control.putIntRelease(Control.NEXT_CLIENT_HOP, 0);
    seen = 0;
    learnt.clear();
    forgottenNanos = nowNanos;
  }

  /**
   * Has the kernel keep gateways towards clients resolved: packets that XDP sends there are none of its own, so it would forget them,
   * and with them who else has taken over their address. To be called about once a second.
   */
  void keepGateways(long nowNanos) {
    int known = Math.min(used(), Abi.CLIENT_HOPS - 1);
    while (seen < known && kept.size() < MOST_KEPT) {
      // An index is taken before its entry is written: the next second will find it.
      Optional<ManagedNeighbours.Key> gateway = HopTable.neighbour(objects.nextHops(), seen + 1);
      if (gateway.isEmpty()) {
        return;
      }
      seen++;
      learnt.add(gateway.get());
      if (kept.add(gateway.get())) {
        neighbours.keep(gateway.get());
      }
    }
    if (nowNanos - forgottenNanos > GONE_NANOS && kept.size() > learnt.size()) {
      kept.stream().filter(gateway -> !learnt.contains(gateway)).forEach(neighbours::release);
      kept.retainAll(learnt);
    }
  }
}
