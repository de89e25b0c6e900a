// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.VirtualService;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;

/**
 * What forwards the packets. One writer: {@link #check} and {@link #apply} are called by one thread at a time; everything
 * else may be called by any thread at any time.
 */
public interface DataPlane extends AutoCloseable {
  /** What this data plane can do beyond rr, wrr, dh, sh, fo and mh over TCP and UDP; constant. */
  Set<Feature> features();

  /**
   * Whether {@link #apply} could work: capacities, and what only the data plane can know (a real server's address is the
   * director's own and cannot be). Changes nothing that is configured.
   *
   * @throws CapacityException if a table is too small
   * @throws InfeasibleException naming every element that cannot be
   */
  void check(Configuration desired) throws DataPlaneException;

  /**
   * Makes the kernel hold exactly this. Compares by identity with what was applied last: a service that is the same object
   * is untouched. After an exception the previous configuration must be given again before any other.
   *
   * @throws CapacityException if a table is too small; nothing was written
   * @throws DataPlaneException if the kernel refused a step
   */
  void apply(Configuration desired) throws DataPlaneException;

  /**
   * Live figures of a service and its servers, the latter in the order of {@link VirtualService#servers}. A service or
   * server that the data plane does not hold (any more) has zeros.
   *
   * @param withCounters false: only {@link ServerState}s are read, counters are {@link Counters#ZERO}
   */
  ServiceFigures figures(VirtualService service, boolean withCounters);

  /** As {@link #figures(VirtualService, boolean)} for many services, read together where that is cheaper. */
  default void figures(
      Collection<VirtualService> services, boolean withCounters, BiConsumer<VirtualService, ServiceFigures> consumer) {
    for (VirtualService service : services) {
      consumer.accept(service, figures(service, withCounters));
    }
  }

  /** Sets the counters of a service and its servers to zero, or with empty those of all: ipvsadm(8), -Z. */
  void zeroCounters(Optional<ServiceKey> service) throws DataPlaneException;

  /**
   * Walks the connection table in no particular order. A connection that comes or goes meanwhile may be missed.
   *
   * @param visitor returns false to stop
   */
  void forEachConnection(ConnectionFilter filter, ConnectionVisitor visitor) throws DataPlaneException;

  /**
   * Deletes the connections that a filter wants of those that are there now, with all that hangs on them. Other calls go on meanwhile.
   *
   * @param stop asked now and then; true ends the work where it is
   */
  DeletedConnections deleteConnections(ConnectionFilter filter, BooleanSupplier stop) throws DataPlaneException;

  /** Which of these are addresses of the director now. */
  Set<IpAddress> ownAddresses(Collection<IpAddress> addresses);

  /** Interfaces, tables and counted reasons. */
  DataPlaneStatus status();

  /** Whether this process brought it into the kernel; false: it took over what was there, and traffic may depend on that. */
  boolean isFresh();

  /** Takes the programs off the interfaces and removes all pinned state; then {@link #close}. */
  void detach() throws DataPlaneException;

  /** Releases what this process holds and leaves the kernel's state in place: traffic goes on. Idempotent. */
  @Override
  void close();
}
