// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.xlvs.controller.dataplane.FakeDataPlane;
import io.xlvs.controller.registry.MemoryStore;
import io.xlvs.controller.registry.ServiceRegistry;
import io.xlvs.v1.ApplyRequest;
import io.xlvs.v1.CreateRealServerRequest;
import io.xlvs.v1.CreateVirtualServiceRequest;
import io.xlvs.v1.DirectorGrpc;
import io.xlvs.v1.ForwardingMethod;
import io.xlvs.v1.Protocol;
import io.xlvs.v1.RealServer;
import io.xlvs.v1.VirtualService;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The server on a real socket. */
class ApiServerTest {
  private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rw-rw----");

  @TempDir private Path temp;
  private final EventLoopGroup eventLoop = new EpollEventLoopGroup(1);
  private final FakeDataPlane dataPlane = new FakeDataPlane();
  private ServiceRegistry registry;
  private Path socket;
  private ManagedChannel channel;

  @BeforeEach
  void prepare() throws Exception {
    registry = new ServiceRegistry(dataPlane, new MemoryStore());
    socket = temp.resolve("run/xlvsd.sock");
    channel = NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
        .channelType(EpollDomainSocketChannel.class).eventLoopGroup(eventLoop).usePlaintext()
        .withOption(ChannelOption.SO_KEEPALIVE, null).build();
  }

  @AfterEach
  void release() {
    channel.shutdownNow();
    eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private ApiServer server() throws IOException {
    return ApiServer.start(registry, dataPlane, SocketFile.prepare(socket, MODE), "1.2.3");
  }

  /** Netty warns of a channel option that a Unix socket has not: a line in the log for each lbctl would bury the others. */
  @Test
  void itSaysNothingWhenAClientConnects() throws Exception {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.list = new CopyOnWriteArrayList<>();
    log.start();
    root.addAppender(log);
    try (ApiServer server = server()) {
      assertThat(server).isNotNull();
      HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance());
      assertThat(log.list).filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.WARN)).isEmpty();
    } finally {
      root.detachAppender(log);
    }
  }

  @Test
  void itAnswersWithTheModeAskedForAndLeavesNothingBehind() throws Exception {
    try (ApiServer server = server()) {
      assertThat(server).isNotNull();
      assertThat(Files.getPosixFilePermissions(socket)).isEqualTo(MODE);
      assertThat(HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance()).getStatus())
          .isEqualTo(ServingStatus.SERVING);
    }
    try (var left = Files.list(socket.getParent())) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void reflectionNamesTheServices() throws Exception {
    try (ApiServer server = server()) {
      assertThat(server).isNotNull();
      CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
      StreamObserver<ServerReflectionRequest> call = ServerReflectionGrpc.newStub(channel)
          .serverReflectionInfo(new StreamObserver<ServerReflectionResponse>() {
            @Override
            public void onNext(ServerReflectionResponse response) {
              answer.complete(response);
            }

            @Override
            public void onError(Throwable t) {
              answer.completeExceptionally(t);
            }

            @Override
            public void onCompleted() {}
          });
      call.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
      assertThat(answer.get(120, TimeUnit.SECONDS).getListServicesResponse().getServiceList()).extracting(service -> service.getName())
          .contains("xlvs.v1.VirtualServices", "xlvs.v1.RealServers", "xlvs.v1.LocalAddresses", "xlvs.v1.Director",
              "xlvs.v1.Connections", "grpc.health.v1.Health");
      call.onCompleted();
    }
  }

  @Test
  void aSocketLeftBehindByADeadDaemonIsReplaced() throws Exception {
    Files.createDirectories(socket.getParent());
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(socket));
    }
    assertThat(socket).exists();
    try (ApiServer server = server()) {
      assertThat(server).isNotNull();
      assertThat(HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance()).getStatus())
          .isEqualTo(ServingStatus.SERVING);
    }
  }

  @Test
  void aSocketOfALiveDaemonIsLeftAlone() throws Exception {
    try (ApiServer server = server()) {
      assertThat(server).isNotNull();
      assertThatThrownBy(this::server).isInstanceOf(IOException.class)
          .hasMessageContaining(socket.toString()).hasMessageContaining("another xlvsd answers");
      assertThat(HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance()).getStatus())
          .isEqualTo(ServingStatus.SERVING);
    }
  }

  @Test
  void aFileThatIsNoSocketIsLeftAlone() throws Exception {
    Files.createDirectories(socket.getParent());
    Files.writeString(socket, "precious");
    assertThatThrownBy(this::server).isInstanceOf(IOException.class).hasMessageContaining("is no socket");
    assertThat(socket).hasContent("precious");
  }

  @Test
  void aNameTooLongForASocketIsNamed() {
    socket = temp.resolve("x".repeat(120));
    assertThatThrownBy(this::server).isInstanceOf(IOException.class).hasMessageContaining("too long");
  }

  @Test
  void aHundredThousandServersLoadInOneBatchInSeconds() throws Exception {
    ApplyRequest.Builder batch = ApplyRequest.newBuilder();
    RealServer.Builder server = RealServer.newBuilder().setMethod(ForwardingMethod.FORWARDING_METHOD_NAT);
    for (int s = 0; s < 1000; s++) {
      String address = "10.9." + s / 250 + "." + s % 250;
      batch.addOperationsBuilder().setCreateService(CreateVirtualServiceRequest.newBuilder().setVirtualService(VirtualService.newBuilder()
          .setProtocol(Protocol.PROTOCOL_TCP).setAddress(address).setPort(80).setScheduler("rr")));
      for (int r = 0; r < 100; r++) {
        batch.addOperationsBuilder().setCreateServer(CreateRealServerRequest.newBuilder()
            .setParent("services/tcp:" + address + ":80").setRealServer(server.setAddress("10.1." + s % 250 + "." + (1 + r))));
      }
    }
    try (ApiServer api = server()) {
      assertThat(api).isNotNull();
      long start = System.nanoTime();
      DirectorGrpc.newBlockingStub(channel).apply(batch.build());
      assertThat(registry.current().serverCount()).isEqualTo(100_000);
      // Takes a second or two on an idle machine, and minutes if something is not linear.
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(60));
    }
  }
}
