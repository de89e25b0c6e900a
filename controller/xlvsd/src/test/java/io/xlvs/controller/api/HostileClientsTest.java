// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.FieldMask;
import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.http2.Http2Headers;
import io.xlvs.controller.dataplane.ConnectionEntry;
import io.xlvs.controller.dataplane.ConnectionState;
import io.xlvs.controller.dataplane.FakeDataPlane;
import io.xlvs.controller.registry.MemoryStore;
import io.xlvs.controller.registry.ServiceRegistry;
import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.Protocol;
import io.xlvs.v1.ApplyRequest;
import io.xlvs.v1.ConnectionsGrpc;
import io.xlvs.v1.CreateRealServerRequest;
import io.xlvs.v1.CreateVirtualServiceRequest;
import io.xlvs.v1.DeleteVirtualServiceRequest;
import io.xlvs.v1.DirectorGrpc;
import io.xlvs.v1.GetStatusRequest;
import io.xlvs.v1.ListConnectionsRequest;
import io.xlvs.v1.RealServer;
import io.xlvs.v1.RealServersGrpc;
import io.xlvs.v1.Timeouts;
import io.xlvs.v1.UpdateRealServerRequest;
import io.xlvs.v1.UpdateTimeoutsRequest;
import io.xlvs.v1.VirtualService;
import io.xlvs.v1.VirtualServicesGrpc;
import io.xlvs.v1.WatchRequest;
import io.xlvs.v1.WatchResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever somebody does to the socket, the others are served. */
@Timeout(120)
class HostileClientsTest {
  private static final VirtualService WEB = VirtualService.newBuilder()
      .setProtocol(io.xlvs.v1.Protocol.PROTOCOL_TCP).setAddress("10.0.0.100").setPort(80).setScheduler("rr").build();
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  @TempDir private Path temp;
  private final FakeDataPlane dataPlane = new FakeDataPlane();
  private final EventLoopGroup eventLoop = new EpollEventLoopGroup(1);
  private Path socket;
  private ApiServer server;
  private ManagedChannel hostile;
  private ManagedChannel honest;

  @BeforeEach
  void start() throws Exception {
    socket = temp.resolve("xlvsd.sock");
    server = ApiServer.start(new ServiceRegistry(dataPlane, new MemoryStore()), dataPlane,
        SocketFile.prepare(socket, PosixFilePermissions.fromString("rw-rw----")), "1.2.3");
    hostile = channel();
    honest = channel();
  }

  @AfterEach
  void stop() {
    hostile.shutdownNow();
    honest.shutdownNow();
    server.close();
    eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private ManagedChannel channel() {
    return NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
        .channelType(EpollDomainSocketChannel.class).eventLoopGroup(eventLoop).usePlaintext()
        .withOption(ChannelOption.SO_KEEPALIVE, null).build();
  }

  private void serves() {
    assertThat(DirectorGrpc.newBlockingStub(honest).withDeadlineAfter(60, TimeUnit.SECONDS)
        .getStatus(GetStatusRequest.getDefaultInstance()).getVersion()).isEqualTo("1.2.3");
  }

  /** A change, and back. */
  private void change() {
    VirtualServicesGrpc.VirtualServicesBlockingStub services =
        VirtualServicesGrpc.newBlockingStub(honest).withDeadlineAfter(60, TimeUnit.SECONDS);
    services.createVirtualService(CreateVirtualServiceRequest.newBuilder().setVirtualService(WEB).build());
    services.deleteVirtualService(DeleteVirtualServiceRequest.newBuilder().setName("services/tcp:10.0.0.100:80").build());
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("time").isLessThan(deadline);
      Thread.yield();
    }
  }

  @Test
  void garbageIsHungUpOn() throws IOException {
    byte[] noise = new byte[100_000];
    new Random(7).nextBytes(noise);
    byte[] brokenFrames = new byte[RawHttp2.PREFACE.length + 1000];
    System.arraycopy(RawHttp2.PREFACE, 0, brokenFrames, 0, RawHttp2.PREFACE.length);
    new Random(8).nextBytes(noise);
    System.arraycopy(noise, 0, brokenFrames, RawHttp2.PREFACE.length, 1000);
    for (byte[] garbage : List.of(noise, brokenFrames, "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
        new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})) {
      try (RawHttp2 client = new RawHttp2(socket)) {
        try {
          client.write(garbage);
          client.awaitEnd();
        } catch (IOException e) {
          assertThat(e).hasMessageMatching("Broken pipe|Connection reset.*");
        }
      }
      serves();
    }
  }

  @Test
  void connectionsThatSayNothingAreInNobodysWay() throws IOException {
    List<RawHttp2> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 300; i++) {
        silent.add(new RawHttp2(socket));
      }
      serves();
    } finally {
      for (RawHttp2 client : silent) {
        client.close();
      }
    }
  }

  @Test
  void aMessageThatSaysItIsTooLongIsRefusedBeforeItIsRead() throws Exception {
    try (RawHttp2 client = new RawHttp2(socket)) {
      client.beginCall("xlvs.v1.Director/Apply", ApiServer.MAX_MESSAGE_BYTES + 1);
      Http2Headers trailers = client.trailers();
      assertThat(trailers.get("grpc-status")).hasToString(Integer.toString(Code.RESOURCE_EXHAUSTED.value()));
      assertThat(trailers.get("grpc-message").toString()).contains(Integer.toString(ApiServer.MAX_MESSAGE_BYTES));
    }
    serves();
  }

  /** A stream that takes nothing until it is asked to. */
  private static final class Idle<Q, A> implements ClientResponseObserver<Q, A> {
    private final Queue<Status> ends;
    private ClientCallStreamObserver<Q> call;
    private volatile int messages;

    Idle(Queue<Status> ends) {
      this.ends = ends;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<Q> stream) {
      call = stream;
      stream.disableAutoRequestWithInitial(0);
    }

    @Override
    public void onNext(A message) {
      messages++;
    }

    @Override
    public void onError(Throwable failure) {
      ends.add(((StatusRuntimeException) failure).getStatus());
    }

    @Override
    public void onCompleted() {
      ends.add(Status.OK);
    }
  }

  @Test
  void watchesBeyondTheMostAreRefusedAndThoseThereAreCostNoThreads() {
    Queue<Status> ends = new ConcurrentLinkedQueue<>();
    List<Idle<?, ?>> watches = new ArrayList<>();
    for (int i = 0; i < StreamLimits.WATCHES + 5; i++) {
      Idle<WatchRequest, WatchResponse> watch = new Idle<>(ends);
      DirectorGrpc.newStub(hostile).watch(WatchRequest.getDefaultInstance(), watch);
      watches.add(watch);
    }
    await(() -> ends.size() == 5);
    assertThat(ends).allSatisfy(end -> {
      assertThat(end.getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(end.getDescription()).contains("1000 watches are open, which is the most");
    });
    int threads = Thread.activeCount();
    for (int i = 0; i < 20; i++) {
      change();
    }
    assertThat(Thread.activeCount()).isLessThan(threads + 50);

    // Who ends makes room.
    watches.get(0).call.cancel("enough", null);
    await(() -> answers(() -> DirectorGrpc.newBlockingStub(honest).withDeadlineAfter(60, TimeUnit.SECONDS)
        .watch(WatchRequest.getDefaultInstance()).next()));
  }

  private static boolean answers(Runnable call) {
    try {
      call.run();
      return true;
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      return false;
    }
  }

  /** What fits into HTTP/2's window is sent, then changes wait, and then there are too many. It is told when it reads on. */
  @Test
  void aWatcherThatReadsNothingIsCutOffAndToldWhileOthersGoOn() {
    ApplyRequest.Builder batch = ApplyRequest.newBuilder();
    batch.addOperationsBuilder().setCreateService(CreateVirtualServiceRequest.newBuilder().setVirtualService(WEB));
    for (int i = 0; i < 500; i++) {
      batch.addOperationsBuilder().setCreateServer(CreateRealServerRequest.newBuilder().setParent("services/tcp:10.0.0.100:80")
          .setRealServer(RealServer.newBuilder().setAddress("10.1." + i / 250 + "." + (1 + i % 250))));
    }
    DirectorGrpc.DirectorBlockingStub director = DirectorGrpc.newBlockingStub(honest).withDeadlineAfter(100, TimeUnit.SECONDS);
    director.apply(batch.build());
    Queue<Status> ends = new ConcurrentLinkedQueue<>();
    Idle<WatchRequest, WatchResponse> watch = new Idle<>(ends);
    DirectorGrpc.newStub(hostile).watch(WatchRequest.getDefaultInstance(), watch);
    for (int i = 0; i < 60; i++) {
      RealServersGrpc.newBlockingStub(honest).updateRealServer(UpdateRealServerRequest.newBuilder()
          .setRealServer(RealServer.newBuilder().setName("services/tcp:10.0.0.100:80/servers/10.1.0.1:80").setWeight(i))
          .setUpdateMask(FieldMask.newBuilder().addPaths("weight")).build());
    }
    for (int i = 1; i < 1100; i++) {
      director.updateTimeouts(UpdateTimeoutsRequest.newBuilder().setTimeouts(Timeouts.newBuilder().setTcpSeconds(i)).build());
    }
    serves();

    watch.call.request(Integer.MAX_VALUE);

    await(() -> !ends.isEmpty());
    assertThat(ends.peek().getCode()).isEqualTo(Code.OUT_OF_RANGE);
    assertThat(ends.peek().getDescription()).contains("too slow").contains("start the watch again");
    assertThat(watch.messages).isBetween(1, 60);
  }

  @Test
  void listingsBeyondTheMostAreRefused() {
    for (int i = 0; i < 20_000; i++) {
      dataPlane.connections.add(new ConnectionEntry(Optional.of(Protocol.TCP), ConnectionState.ESTABLISHED, 1, IpAddress.ofIpv4(i), 1,
          IpAddress.ofIpv4(2), 80, IpAddress.ofIpv4(3), 80, ForwardingMethod.NAT, Optional.empty(), 0, false, 0, 0,
          Optional.empty()));
    }
    Queue<Status> ends = new ConcurrentLinkedQueue<>();
    List<Idle<?, ?>> listings = new ArrayList<>();
    for (int i = 0; i < StreamLimits.LISTINGS + 3; i++) {
      Idle<ListConnectionsRequest, io.xlvs.v1.ListConnectionsResponse> listing = new Idle<>(ends);
      ConnectionsGrpc.newStub(hostile).listConnections(ListConnectionsRequest.getDefaultInstance(), listing);
      listings.add(listing);
    }
    await(() -> ends.size() == 3);
    assertThat(ends).allSatisfy(end -> assertThat(end.getDescription()).contains("16 listings of connections are running"));
    serves();
    listings.forEach(listing -> listing.call.cancel("enough", null));
    await(() -> answers(() -> ConnectionsGrpc.newBlockingStub(honest).withDeadlineAfter(60, TimeUnit.SECONDS)
        .listConnections(ListConnectionsRequest.getDefaultInstance()).next()));
  }
}
