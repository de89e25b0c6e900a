// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Family;
import io.xlvs.loader.net.NetNs;

/** A floor between the interfaces of a {@link LiveBed}, with the IPv4 services that it has. */
final class LiveFloor implements LiveContender {
  /** What services a floor has. */
  private interface Has {
    boolean floor(io.xlvs.bpf.Method method, Family family);
  }

  private final String name;
  private final LiveBed bed;
  private final FloorTables tables;

  private LiveFloor(String name, String program, Has has, int lines, PinnedThreads threads) {
    this.name = name;
    bed = new LiveBed(LiveBed.Hook.XDP, threads);
    try (NetNs entered = bed.enter()) {
      tables = FloorTables.between(bed, Harness.spec(program), lines);
      Plan.all().stream().filter(plan -> has.floor(plan.method(), plan.family())).forEach(plan -> tables.add(plan, 0));
    } catch (RuntimeException e) {
      bed.close();
      throw e;
    }
    bed.attach(tables.collection().program(program));
  }

  /**
   * Floor B.
   *
   * @param lines of one CPU's slice of the cache, a power of two
   */
  static LiveFloor b(int lines, PinnedThreads threads) {
    return new LiveFloor(Floors.B, "floor_b", FloorB::hasFloor, lines, threads);
  }

  /** Floor C, which keeps nothing. */
  static LiveFloor c(PinnedThreads threads) {
    return new LiveFloor(Floors.C, "floor_c", FloorC::hasFloor, 1, threads);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public LiveBed bed() {
    return bed;
  }

  /** A connection's first packet makes it. */
  @Override
  public void establish(Traffic traffic, int cpus) {
    visitAll(traffic, cpus);
  }

  @Override
  public Arrival arrival(Traffic traffic) {
    return Arrival.of(traffic.mode(), traffic.plan());
  }

  @Override
  public void close() {
    bed.close();
    tables.collection().close();
  }
}
