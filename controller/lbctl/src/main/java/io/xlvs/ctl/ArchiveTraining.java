// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.xlvs.ctl.ipvs.Names;
import io.xlvs.v1.ApplyRequest;
import io.xlvs.v1.ApplyResponse;
import io.xlvs.v1.DirectorGrpc;
import io.xlvs.v1.DirectorStatus;
import io.xlvs.v1.GetStatusRequest;
import io.xlvs.v1.GetTimeoutsRequest;
import io.xlvs.v1.ListMarkRulesRequest;
import io.xlvs.v1.ListMarkRulesResponse;
import io.xlvs.v1.ListVirtualServicesRequest;
import io.xlvs.v1.ListVirtualServicesResponse;
import io.xlvs.v1.MarkRulesGrpc;
import io.xlvs.v1.RealServer;
import io.xlvs.v1.Timeouts;
import io.xlvs.v1.VirtualService;
import io.xlvs.v1.VirtualServicesGrpc;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Loads the classes that a run of lbctl needs, by running it against a server of its own that knows a service and a half;
 * bin/lbctl-archive records them, so that later runs need not parse them again.
 */
public final class ArchiveTraining {
  private static final String RULES = """
      -A -t 10.0.0.100:80 -s rr
      -a -t 10.0.0.100:80 -r 10.1.0.11:8080 -m
      -A -u [fd00::100]:53 -s rr -o
      """;

  private ArchiveTraining() {}

  /** Fails if a command of the training fails: the archive would lack what it needs. */
  public static void main(String[] arguments) throws IOException {
    // The server's threads would keep a failed training alive for ever.
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
      failure.printStackTrace();
      System.exit(1);
    });
    Path directory = Files.createTempDirectory("lbctl-archive");
    Path socket = directory.resolve("training.sock");
    EpollEventLoopGroup eventLoop = new EpollEventLoopGroup(1);
    Server server = NettyServerBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
        .bossEventLoopGroup(eventLoop).workerEventLoopGroup(eventLoop)
        .channelType(EpollServerDomainSocketChannel.class).directExecutor()
        .addService(new Services()).addService(new Marks()).addService(new Director()).build().start();
    int failed = 0;
    for (List<String> line : List.of(
        List.of("-Ln"), List.of("-L", "--stats"), List.of("-Sn"), List.of("-R"),
        List.of("service", "list"), List.of("status", "-o", "json"))) {
      failed += Main.run(line.toArray(String[]::new), console(socket)) == 0 ? 0 : 1;
    }
    server.shutdownNow();
    eventLoop.shutdownGracefully();
    Files.deleteIfExists(socket);
    Files.delete(directory);
    if (failed > 0) {
      System.err.println("lbctl-archive: " + failed + " training commands failed");
    }
    System.exit(failed);
  }

  private static Console console(Path socket) {
    return new Console(
        new ByteArrayInputStream(RULES.getBytes(StandardCharsets.UTF_8)),
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), System.err,
        Map.of(DirectorClient.SOCKET_VARIABLE, socket.toString()), false, false, Names.ofHost());
  }

  private static <T> void answer(StreamObserver<T> observer, T message) {
    observer.onNext(message);
    observer.onCompleted();
  }

  private static final class Services extends VirtualServicesGrpc.VirtualServicesImplBase {
    @Override
    public void listVirtualServices(
        ListVirtualServicesRequest request, StreamObserver<ListVirtualServicesResponse> observer) {
      answer(observer, ListVirtualServicesResponse.newBuilder().addVirtualServices(VirtualService.newBuilder()
          .setName("services/tcp:127.0.0.1:80").setProtocolValue(1).setAddress("127.0.0.1").setPort(80).setScheduler("rr")
          .addServers(RealServer.newBuilder().setAddress("127.0.0.1").setPort(80).setMethodValue(1).setWeight(1))).build());
    }
  }

  private static final class Marks extends MarkRulesGrpc.MarkRulesImplBase {
    @Override
    public void listMarkRules(ListMarkRulesRequest request, StreamObserver<ListMarkRulesResponse> observer) {
      answer(observer, ListMarkRulesResponse.getDefaultInstance());
    }
  }

  private static final class Director extends DirectorGrpc.DirectorImplBase {
    @Override
    public void getStatus(GetStatusRequest request, StreamObserver<DirectorStatus> observer) {
      answer(observer, DirectorStatus.getDefaultInstance());
    }

    @Override
    public void getTimeouts(GetTimeoutsRequest request, StreamObserver<Timeouts> observer) {
      answer(observer, Timeouts.getDefaultInstance());
    }

    @Override
    public void apply(ApplyRequest request, StreamObserver<ApplyResponse> observer) {
      answer(observer, ApplyResponse.getDefaultInstance());
    }
  }
}
