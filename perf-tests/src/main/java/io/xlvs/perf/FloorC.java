// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Family;
import io.xlvs.bpf.Method;
import io.xlvs.loader.Program;

/** Floor C, with the IPv4 services of DR and TUN that the {@link Director} has; it keeps nothing of any flow. */
final class FloorC implements AutoCloseable {
  private final FloorTables tables;

  /** Loads the program; it has no use for the cache. */
  FloorC() {
    tables = FloorTables.load(Harness.spec("floor_c"), 1);
    Plan.all().stream().filter(plan -> hasFloor(plan.method(), plan.family())).forEach(plan -> tables.add(plan, 0));
  }

  /** Whether there is such a floor. */
  static boolean hasFloor(Method method, Family family) {
    return family == Family.IPV4 && (method == Method.DR || method == Method.TUN);
  }

  Program program() {
    return tables.collection().program("floor_c");
  }

  /** Packets that went to the service's server, on all CPUs. */
  long packets(Plan plan) {
    return tables.packets(plan);
  }

  @Override
  public void close() {
    tables.collection().close();
  }
}
