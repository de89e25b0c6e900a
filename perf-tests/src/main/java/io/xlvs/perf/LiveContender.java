// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

/** Something that forwards live frames between the director's interfaces of a {@link LiveBed}; closing it takes it away. */
interface LiveContender extends AutoCloseable {
  /** As tables print it. */
  String name();

  /** The bed in which it is at work: no other contender has it. */
  LiveBed bed();

  /** Makes the connections of the packets that will come from so many CPUs, and sends one of each flow, for caches to know it. */
  void establish(Traffic traffic, int cpus);

  /** Sends a packet of each flow. */
  default void visitAll(Traffic traffic, int cpus) {
    bed().frames().burst(traffic, arrival(traffic), cpus, traffic.flows());
  }

  /** How these packets have to arrive. */
  Arrival arrival(Traffic traffic);

  /** A contender that has more than its bed closes that, too. */
  @Override
  default void close() {
    bed().close();
  }
}
