// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.xlvs.controller.dataplane.DataPlane;
import io.xlvs.controller.registry.ServiceRegistry;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The gRPC server on a Unix domain socket; who may use it is decided by the socket's permissions. */
public final class ApiServer implements AutoCloseable {
  /** Takes a batch of 1,010,000 operations of IPv6 services (about 110 bytes each) with room to spare. */
  static final int MAX_MESSAGE_BYTES = 256 << 20;
  /** Calls at once over one connection; HTTP/2 tells the client, which waits with more. */
  static final int MAX_CALLS = 2000;
  /** A call that is still running so long after the stop is cut off; watches always are. */
  private static final long STOP_MILLIS = 500;

  private final Server server;
  private final SocketFile socket;
  private final EventLoopGroup eventLoop;
  private final StreamLimits limits;
  private final HealthStatusManager health;

  private ApiServer(
      Server server, SocketFile socket, EventLoopGroup eventLoop, StreamLimits limits, HealthStatusManager health) {
    this.server = server;
    this.socket = socket;
    this.eventLoop = eventLoop;
    this.limits = limits;
    this.health = health;
  }

  /**
   * Starts to answer.
   *
   * @throws IOException if the socket cannot be made; one line
   */
  public static ApiServer start(ServiceRegistry registry, DataPlane dataPlane, SocketFile socket, String version) throws IOException {
    EventLoopGroup eventLoop = new EpollEventLoopGroup(1);
    StreamLimits limits = new StreamLimits();
    HealthStatusManager health = new HealthStatusManager();
    NettyServerBuilder builder = NettyServerBuilder.forAddress(new DomainSocketAddress(socket.bindPath().toFile()))
        .channelType(EpollServerDomainSocketChannel.class)
        .bossEventLoopGroup(eventLoop)
        .workerEventLoopGroup(eventLoop)
        // grpc-java asks for it by default; a Unix socket has none, and Netty would warn at every connection.
        .withChildOption(ChannelOption.SO_KEEPALIVE, null)
        .maxConcurrentCallsPerConnection(MAX_CALLS)
        .maxInboundMessageSize(MAX_MESSAGE_BYTES);
    addServices(builder, new Backend(registry, dataPlane), version, limits);
    builder.addService(health.getHealthService()).addService(ProtoReflectionServiceV1.newInstance());
    ApiServer api = new ApiServer(builder.build(), socket, eventLoop, limits, health);
    try {
      api.server.start();
      socket.publish();
      return api;
    } catch (IOException e) {
      api.close();
      throw socket.unusable(e);
    }
  }

  /** The services of xlvs.v1, for any server. */
  static void addServices(ServerBuilder<?> builder, Backend backend, String version, StreamLimits limits) {
    List<BindableService> services = List.of(
        new VirtualServicesService(backend),
        new RealServersService(backend),
        new LocalAddressesService(backend),
        new MarkRulesService(backend),
        new ConnectionsService(backend, limits));
    services.forEach(builder::addService);
    builder.addService(new DirectorService(backend, version, Instant.now(), limits).definition());
    builder.intercept(new FailureInterceptor());
  }

  /** Stops answering, removes the socket. Idempotent. */
  @Override
  public void close() {
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.NOT_SERVING);
    server.shutdown();
    try {
      if (!server.awaitTermination(STOP_MILLIS, TimeUnit.MILLISECONDS)) {
        server.shutdownNow().awaitTermination(STOP_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      server.shutdownNow();
    }
    limits.close();
    eventLoop.shutdownGracefully(0, STOP_MILLIS, TimeUnit.MILLISECONDS).awaitUninterruptibly(STOP_MILLIS);
    socket.remove();
  }
}
