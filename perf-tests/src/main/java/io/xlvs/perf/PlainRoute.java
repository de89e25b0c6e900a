// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.loader.net.NetNs;

/** The kernel routes requests to the real server's end as they are: what its stack costs by itself. */
final class PlainRoute implements LiveContender {
  private final LiveBed bed;

  PlainRoute(PinnedThreads threads) {
    bed = new LiveBed(LiveBed.Hook.TC, threads);
    try (NetNs entered = bed.enter()) {
      Lab.run("ip", "route", "add", "10.1.0.0/16", "via", "172.17.0.254");
    } catch (RuntimeException e) {
      bed.close();
      throw e;
    }
  }

  @Override
  public String name() {
    return "plain routing";
  }

  @Override
  public LiveBed bed() {
    return bed;
  }

  @Override
  public void establish(Traffic traffic, int cpus) {}

  @Override
  public Arrival arrival(Traffic traffic) {
    return Arrival.to(LiveBed.SERVER_MAC, traffic.plan().vip());
  }
}
