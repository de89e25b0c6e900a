// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Family;
import io.xlvs.bpf.Method;
import io.xlvs.loader.Program;

/** Floor B, with the IPv4 services of DR, TUN and NAT that the {@link Director} has; it makes connections as packets come. */
final class FloorB implements AutoCloseable {
  private final FloorTables tables;

  /**
   * Loads the program.
   *
   * @param lines of one CPU's slice of the cache, a power of two
   */
  FloorB(int lines) {
    tables = FloorTables.load(Harness.spec("floor_b"), lines);
    Plan.all().stream().filter(plan -> hasFloor(plan.method(), plan.family())).forEach(plan -> tables.add(plan, 0));
  }

  /** Whether there is such a floor. */
  static boolean hasFloor(Method method, Family family) {
    return family == Family.IPV4 && method != Method.FULLNAT;
  }

  Program program() {
    return tables.collection().program("floor_b");
  }

  /** Packets that went to or came from the service's server, on all CPUs. */
  long packets(Plan plan) {
    return tables.packets(plan);
  }

  @Override
  public void close() {
    tables.collection().close();
  }
}
