// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import io.xlvs.v1.ConnectionsGrpc;
import io.xlvs.v1.DirectorGrpc;
import io.xlvs.v1.ListVirtualServicesRequest;
import io.xlvs.v1.ListVirtualServicesResponse;
import io.xlvs.v1.LocalAddressesGrpc;
import io.xlvs.v1.MarkRulesGrpc;
import io.xlvs.v1.RealServersGrpc;
import io.xlvs.v1.VirtualService;
import io.xlvs.v1.VirtualServicesGrpc;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The connection to xlvsd on its Unix socket; opened by the first call. One event-loop thread does all the work. */
public final class DirectorClient implements AutoCloseable {
  /** Where xlvsd listens unless told otherwise. */
  public static final String DEFAULT_SOCKET = "/run/xlvs/xlvsd.sock";

  /** Environment variable that names another socket. */
  public static final String SOCKET_VARIABLE = "XLVS_SOCKET";

  /** A big table takes xlvsd a while to apply; a call that takes longer than this is given up. */
  private static final long CALL_MINUTES = 5;

  private static final int PAGE_SIZE = 1000;

  /** Kept, so that its level is: the libraries' notices are not for the operator, their failures arrive as exceptions. */
  private static final Logger LIBRARIES = Logger.getLogger("io");

  static {
    LIBRARIES.setLevel(Level.SEVERE);
    // Netty would take any other logging framework that it finds, and that one's level.
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
  }

  private final Path socket;
  private EpollEventLoopGroup eventLoop;
  private ManagedChannel channel;

  /** A client of the daemon at this socket; nothing is opened yet. */
  public DirectorClient(Path socket) {
    this.socket = socket;
  }

  /** The socket that the user means: the one given, else the environment's, else the default. */
  public static Path socket(String given, Map<String, String> env) {
    if (given != null && !given.isEmpty()) {
      return Path.of(given);
    }
    String variable = env.getOrDefault(SOCKET_VARIABLE, "");
    return Path.of(variable.isEmpty() ? DEFAULT_SOCKET : variable);
  }

  /** Where the daemon is expected. */
  public Path socket() {
    return socket;
  }

  public VirtualServicesGrpc.VirtualServicesBlockingStub services() {
    return VirtualServicesGrpc.newBlockingStub(channel()).withDeadlineAfter(CALL_MINUTES, TimeUnit.MINUTES);
  }

  public RealServersGrpc.RealServersBlockingStub servers() {
    return RealServersGrpc.newBlockingStub(channel()).withDeadlineAfter(CALL_MINUTES, TimeUnit.MINUTES);
  }

  public LocalAddressesGrpc.LocalAddressesBlockingStub localAddresses() {
    return LocalAddressesGrpc.newBlockingStub(channel()).withDeadlineAfter(CALL_MINUTES, TimeUnit.MINUTES);
  }

  public MarkRulesGrpc.MarkRulesBlockingStub markRules() {
    return MarkRulesGrpc.newBlockingStub(channel()).withDeadlineAfter(CALL_MINUTES, TimeUnit.MINUTES);
  }

  public ConnectionsGrpc.ConnectionsBlockingStub connections() {
    return ConnectionsGrpc.newBlockingStub(channel()).withDeadlineAfter(CALL_MINUTES, TimeUnit.MINUTES);
  }

  public DirectorGrpc.DirectorBlockingStub director() {
    return DirectorGrpc.newBlockingStub(channel()).withDeadlineAfter(CALL_MINUTES, TimeUnit.MINUTES);
  }

  /** Every service, in order of creation. */
  public List<VirtualService> allServices(boolean withCounters) {
    List<VirtualService> services = new ArrayList<>();
    String page = "";
    do {
      ListVirtualServicesResponse response = services().listVirtualServices(ListVirtualServicesRequest.newBuilder()
          .setPageSize(PAGE_SIZE).setPageToken(page).setWithCounters(withCounters).build());
      services.addAll(response.getVirtualServicesList());
      page = response.getNextPageToken();
    } while (!page.isEmpty());
    return services;
  }

  private ManagedChannel channel() {
    if (channel == null) {
      if (!Files.exists(socket)) {
        throw new Unreachable(socket, "there is no such socket: start xlvsd, or name its socket with --socket PATH or "
            + SOCKET_VARIABLE);
      }
      if (Files.isRegularFile(socket) || Files.isDirectory(socket)) {
        throw new Unreachable(socket, "this is no socket: name xlvsd's with --socket PATH or " + SOCKET_VARIABLE);
      }
      if (!Epoll.isAvailable()) {
        throw new Unreachable(socket, "no epoll transport on this machine: " + Epoll.unavailabilityCause());
      }
      eventLoop = new EpollEventLoopGroup(1);
      channel = NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
          .eventLoopGroup(eventLoop)
          .channelType(EpollDomainSocketChannel.class, DomainSocketAddress.class)
          .usePlaintext()
          .directExecutor()
          .offloadExecutor(Executors.newSingleThreadExecutor(DirectorClient::daemonThread))
          .disableRetry()
          // A page holds up to a thousand services with all their servers.
          .maxInboundMessageSize(Integer.MAX_VALUE)
          .overrideAuthority("localhost")
          .proxyDetector(target -> null)
          // gRPC asks for TCP keep-alive, which a Unix socket has not; null takes the option back.
          .withOption(ChannelOption.SO_KEEPALIVE, null)
          .build();
    }
    return channel;
  }

  private static Thread daemonThread(Runnable work) {
    Thread thread = new Thread(work, "lbctl-offload");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void close() {
    if (channel != null) {
      channel.shutdownNow();
      eventLoop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }
  }
}
