// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.SchedulerFlag;
import io.xlvs.controller.service.VirtualService;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The one list of schedulers. A new one is a class and a line here. */
public final class Schedulers {
  /** What IPVS takes when none is named. */
  public static final String DEFAULT = "wlc";

  /** Every name that ipvsadm(8) knows, in its order. */
  public static final List<String> KNOWN =
      List.of("rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "sed", "nq", "fo", "ovf", "mh", "twos");

  private static final Map<String, Scheduler> IMPLEMENTED = Stream.of(
          new RoundRobin(),
          new WeightedRoundRobin(),
          new LeastConnection("lc", Ring.Pick.LEAST_CONNECTION, server -> 1),
          new LeastConnection("wlc", Ring.Pick.LEAST_CONNECTION, RealServer::weight),
          new LeastConnection("lblc", Ring.Pick.LOCALITY_BASED, RealServer::weight),
          new LeastConnection("lblcr", Ring.Pick.LOCALITY_BASED_REPLICATION, RealServer::weight),
          new DestinationHashing(),
          new SourceHashing(),
          new LeastConnection("sed", Ring.Pick.SHORTEST_EXPECTED_DELAY, RealServer::weight),
          new LeastConnection("nq", Ring.Pick.NEVER_QUEUE, RealServer::weight),
          new HeaviestFirst("fo", Ring.Pick.FAILOVER),
          new HeaviestFirst("ovf", Ring.Pick.OVERFLOW),
          new MaglevHashing(),
          new PowerOfTwoChoices())
      .collect(Collectors.toMap(Scheduler::name, Function.identity()));

  private static final Scheduler MINIMAL = new MinimalMaglev();

  private Schedulers() {}

  /** The scheduler of this name, if it is implemented. */
  public static Optional<Scheduler> byName(String name) {
    return Optional.ofNullable(IMPLEMENTED.get(name));
  }

  /** The scheduler of a service: of its name, unless a flag of the service means another one. */
  public static Scheduler of(VirtualService service) {
    return service.isRingFirst() ? new WithoutQuiesced(plain(service)) : plain(service);
  }

  private static Scheduler plain(VirtualService service) {
    if (service.schedulerFlags().contains(SchedulerFlag.MH_MINIMAL)) {
      return MINIMAL;
    }
    return byName(service.scheduler())
        .orElseThrow(() -> new IllegalStateException("scheduler " + service.scheduler() + " was not refused earlier"));
  }

  /**
   * Names of those that work on a data plane, in ipvsadm's order.
   *
   * @param liveCounts whether the data plane can compare live connection counts
   */
  public static List<String> available(boolean liveCounts) {
    return KNOWN.stream()
        .filter(name -> byName(name).filter(scheduler -> liveCounts || !scheduler.readsLiveCounts()).isPresent())
        .toList();
  }
}
