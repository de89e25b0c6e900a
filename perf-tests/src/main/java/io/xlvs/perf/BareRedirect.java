// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

/** The limit of the test bed: requests are redirected as they are. */
final class BareRedirect implements LiveContender {
  private static final int OUTER_BYTES = 20;

  private final LiveBed bed;
  private final boolean room;

  BareRedirect(LiveBed.Hook hook, PinnedThreads threads) {
    this(hook, threads, false);
  }

  private BareRedirect(LiveBed.Hook hook, PinnedThreads threads, boolean room) {
    this.room = room;
    bed = new LiveBed(hook, threads);
    bed.attach(room ? bed.frames().bareTcRoom() : bed.frames().bare(hook));
  }

  /** The limit of tunnels at tc: room for an outer IPv4 header, and off. */
  static BareRedirect withRoom(PinnedThreads threads) {
    return new BareRedirect(LiveBed.Hook.TC, threads, true);
  }

  @Override
  public String name() {
    return room ? "with room for a header" : bed.hook() == LiveBed.Hook.XDP ? "bare XDP redirect" : "bare tc redirect";
  }

  @Override
  public LiveBed bed() {
    return bed;
  }

  @Override
  public void establish(Traffic traffic, int cpus) {}

  @Override
  public Arrival arrival(Traffic traffic) {
    Arrival untouched = Arrival.untouched(traffic.plan(), traffic.shape());
    return room ? untouched.behind(OUTER_BYTES) : untouched;
  }
}
