// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.RealServerKey;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.VirtualService;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** A data plane that remembers what it was told, and fails when it is told to. */
public final class FakeDataPlane implements DataPlane {
  public final Set<Feature> features = EnumSet.of(Feature.PERSISTENCE, Feature.ONE_PACKET, Feature.THRESHOLDS, Feature.LEAST_CONNECTION,
      Feature.TUNNEL_GUE, Feature.TUNNEL_GRE, Feature.TUNNEL_CHECKSUM, Feature.TUNNEL_MIXED_FAMILY);
  public final List<Configuration> applied = new CopyOnWriteArrayList<>();
  public final List<Optional<ServiceKey>> zeroed = new CopyOnWriteArrayList<>();
  public final List<ConnectionEntry> connections = new CopyOnWriteArrayList<>();
  public volatile long maxServices = Long.MAX_VALUE;
  /** How many of the next applies fail. */
  public volatile int failingApplies;
  /** An address that is the director's own. */
  public volatile String ownAddress = "";
  public volatile boolean closed;
  public volatile boolean fresh = true;
  public volatile boolean detached;

  @Override
  public Set<Feature> features() {
    return features;
  }

  @Override
  public void check(Configuration desired) throws DataPlaneException {
    if (desired.services().size() > maxServices) {
      throw new CapacityException("services", desired.services().size(), maxServices, "--services");
    }
    List<InfeasibleException.Problem> problems = new ArrayList<>();
    for (VirtualService service : desired.services().values()) {
      service.servers().stream().filter(server -> server.address().toString().equals(ownAddress)).forEach(server ->
          problems.add(new InfeasibleException.Problem(service.key(), Optional.of(new RealServerKey(server.address(), server.port())),
              "address", "real server " + server.address() + " is an address of this director")));
    }
    if (!problems.isEmpty()) {
      throw new InfeasibleException(problems);
    }
  }

  @Override
  public void apply(Configuration desired) throws DataPlaneException {
    if (failingApplies > 0) {
      failingApplies--;
      throw new DataPlaneException("map update of \"services\" failed: EPERM");
    }
    applied.add(desired);
  }

  /** The last configuration applied. */
  public Configuration held() {
    return applied.get(applied.size() - 1);
  }

  /** Figures that can be told apart: the port of the service in its counters, of the server in its state. */
  @Override
  public ServiceFigures figures(VirtualService service, boolean withCounters) {
    int port = service.key() instanceof ServiceKey.Endpoint endpoint ? endpoint.port() : 0;
    List<ServerFigures> servers = service.servers().stream()
        .map(server -> new ServerFigures(new ServerState(server.port(), server.weight(), 3, true),
            withCounters ? new Counters(1, 2, 3, 4, 5, 6, 7, 8, 9, 10) : Counters.ZERO))
        .toList();
    return new ServiceFigures(withCounters ? new Counters(port, 2, 3, 4, 5, 6, 7, 8, 9, 10) : Counters.ZERO, servers);
  }

  @Override
  public void zeroCounters(Optional<ServiceKey> service) {
    zeroed.add(service);
  }

  @Override
  public void forEachConnection(ConnectionFilter filter, ConnectionVisitor visitor) {
    for (ConnectionEntry entry : connections) {
      if (filter.matches(entry) && !visitor.visit(entry)) {
        return;
      }
    }
  }

  @Override
  public DeletedConnections deleteConnections(ConnectionFilter filter, BooleanSupplier stop) {
    List<ConnectionEntry> wanted = connections.stream().filter(filter::matches).toList();
    connections.removeAll(wanted);
    long templates = wanted.stream().filter(ConnectionEntry::template).count();
    return new DeletedConnections(wanted.size() - templates, templates);
  }

  @Override
  public Set<IpAddress> ownAddresses(Collection<IpAddress> addresses) {
    return addresses.stream().filter(address -> address.toString().equals(ownAddress)).collect(Collectors.toSet());
  }

  @Override
  public DataPlaneStatus status() {
    return new DataPlaneStatus(
        List.of(new DataPlaneStatus.Interface("eth0", 2, "tc", "driver without native XDP")),
        List.of("VIP 10.0.0.100 is no address of this host"),
        List.of(new DataPlaneStatus.Table("connections", 5, 1024, 65536)),
        List.of(new DataPlaneStatus.Reason("no_server", "no usable server", 7), new DataPlaneStatus.Reason("truncated", "short", 0)),
        new Counters(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 250);
  }

  @Override
  public boolean isFresh() {
    return fresh;
  }

  @Override
  public void detach() {
    detached = true;
    close();
  }

  @Override
  public void close() {
    closed = true;
  }
}
