// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.xlvs.controller.dataplane.FakeDataPlane;
import io.xlvs.controller.registry.MemoryStore;
import io.xlvs.controller.registry.ServiceRegistry;
import io.xlvs.v1.ConnectionsGrpc;
import io.xlvs.v1.DirectorGrpc;
import io.xlvs.v1.LocalAddressesGrpc;
import io.xlvs.v1.MarkRulesGrpc;
import io.xlvs.v1.RealServersGrpc;
import io.xlvs.v1.VirtualServicesGrpc;
import java.util.UUID;

/** The whole API in this process, on a fake data plane. */
final class ApiHarness implements AutoCloseable {
  final FakeDataPlane dataPlane = new FakeDataPlane();
  final MemoryStore store = new MemoryStore();
  final ServiceRegistry registry;
  final ManagedChannel channel;
  final VirtualServicesGrpc.VirtualServicesBlockingStub services;
  final RealServersGrpc.RealServersBlockingStub servers;
  final LocalAddressesGrpc.LocalAddressesBlockingStub localAddresses;
  final MarkRulesGrpc.MarkRulesBlockingStub markRules;
  final DirectorGrpc.DirectorBlockingStub director;
  final ConnectionsGrpc.ConnectionsBlockingStub connections;

  private final StreamLimits limits = new StreamLimits();
  private final Server server;

  ApiHarness() throws Exception {
    registry = new ServiceRegistry(dataPlane, store);
    String name = UUID.randomUUID().toString();
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name);
    ApiServer.addServices(builder, new Backend(registry, dataPlane), "1.2.3", limits);
    server = builder.build().start();
    channel = InProcessChannelBuilder.forName(name).build();
    services = VirtualServicesGrpc.newBlockingStub(channel);
    servers = RealServersGrpc.newBlockingStub(channel);
    localAddresses = LocalAddressesGrpc.newBlockingStub(channel);
    markRules = MarkRulesGrpc.newBlockingStub(channel);
    director = DirectorGrpc.newBlockingStub(channel);
    connections = ConnectionsGrpc.newBlockingStub(channel);
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    limits.close();
  }
}
