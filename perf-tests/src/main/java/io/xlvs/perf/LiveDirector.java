// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Capacities;
import io.xlvs.bpf.Pick;
import io.xlvs.loader.net.NetNs;

/** xlvs between the interfaces of a {@link LiveBed}. */
final class LiveDirector implements LiveContender {
  private final LiveBed bed;
  private final Director director;

  /** What the services of DR and TUN enter their ring by, if it comes first; null: they have connections. */
  private final Pick ring;

  LiveDirector(LiveBed.Hook hook, PinnedThreads threads, Capacities capacities) {
    this(hook, threads, capacities, null);
  }

  /** At XDP, without connections: the ring alone decides. One service at a time, the one that was established last. */
  static LiveDirector ringFirst(PinnedThreads threads, Capacities capacities, Pick ring) {
    return new LiveDirector(LiveBed.Hook.XDP, threads, capacities, ring);
  }

  private LiveDirector(LiveBed.Hook hook, PinnedThreads threads, Capacities capacities, Pick ring) {
    this.ring = ring;
    bed = new LiveBed(hook, threads);
    try (NetNs entered = bed.enter()) {
      String program = hook == LiveBed.Hook.XDP ? "xlvs_xdp" : "xlvs_ingress";
      director = new Director(program, new Director.Ways(bed.front, bed.back), capacities, Plan.all(), 0);
    } catch (RuntimeException e) {
      bed.close();
      throw e;
    }
    bed.attach(hook == LiveBed.Hook.XDP ? director.xdp() : director.ingress());
  }

  @Override
  public String name() {
    return "xlvs";
  }

  @Override
  public LiveBed bed() {
    return bed;
  }

  @Override
  public void establish(Traffic traffic, int cpus) {
    if (ring == null) {
      director.establish(traffic.plan(), traffic.flows() * cpus);
    } else {
      director.ringFirst(traffic.plan(), ring);
    }
    visitAll(traffic, cpus);
  }

  /** Ends the connections of a method's service. */
  void forget(Plan plan) {
    director.forget(plan);
  }

  @Override
  public Arrival arrival(Traffic traffic) {
    return Arrival.of(traffic.mode(), traffic.plan());
  }

  @Override
  public void close() {
    bed.close();
    director.close();
  }
}
