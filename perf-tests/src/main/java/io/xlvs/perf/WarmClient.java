// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import com.google.protobuf.FieldMask;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.xlvs.v1.CreateRealServerRequest;
import io.xlvs.v1.CreateVirtualServiceRequest;
import io.xlvs.v1.DeleteRealServerRequest;
import io.xlvs.v1.DeleteVirtualServiceRequest;
import io.xlvs.v1.DirectorGrpc;
import io.xlvs.v1.DirectorStatus;
import io.xlvs.v1.ForwardingMethod;
import io.xlvs.v1.GetStatusRequest;
import io.xlvs.v1.Protocol;
import io.xlvs.v1.RealServer;
import io.xlvs.v1.RealServersGrpc;
import io.xlvs.v1.UpdateRealServerRequest;
import io.xlvs.v1.VirtualService;
import io.xlvs.v1.VirtualServicesGrpc;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A client of xlvsd's API in this process, connected already: one call at a time, each timed from before its request is made until its
 * answer is there. An answer comes when packets meet the change.
 */
final class WarmClient implements AutoCloseable {
  private final EpollEventLoopGroup loop = new EpollEventLoopGroup(1);
  private final ManagedChannel channel;
  private final RealServersGrpc.RealServersBlockingStub servers;
  private final VirtualServicesGrpc.VirtualServicesBlockingStub services;

  WarmClient(Path socket) {
    channel = NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toString()))
        .channelType(EpollDomainSocketChannel.class).eventLoopGroup(loop).usePlaintext().withOption(ChannelOption.SO_KEEPALIVE, null).build();
    servers = RealServersGrpc.newBlockingStub(channel);
    services = VirtualServicesGrpc.newBlockingStub(channel);
  }

  DirectorStatus status() {
    return DirectorGrpc.newBlockingStub(channel).getStatus(GetStatusRequest.getDefaultInstance());
  }

  private static String name(String service) {
    return "services/tcp:" + service;
  }

  private static double millis(Runnable call) {
    long start = System.nanoTime();
    call.run();
    return (System.nanoTime() - start) / 1e6;
  }

  /** Services and servers as "10.100.0.0:80". */
  double changeWeight(String service, String server, int weight) {
    return millis(() -> servers.updateRealServer(UpdateRealServerRequest.newBuilder()
        .setRealServer(RealServer.newBuilder().setName(name(service) + "/servers/" + server).setWeight(weight))
        .setUpdateMask(FieldMask.newBuilder().addPaths("weight")).build()));
  }

  double addServer(String service, String address, int port) {
    return millis(() -> servers.createRealServer(CreateRealServerRequest.newBuilder().setParent(name(service))
        .setRealServer(RealServer.newBuilder().setAddress(address).setPort(port)
            .setMethod(ForwardingMethod.FORWARDING_METHOD_NAT).setWeight(1)).build()));
  }

  double removeServer(String service, String address, int port) {
    return millis(() -> servers.deleteRealServer(
        DeleteRealServerRequest.newBuilder().setName(name(service) + "/servers/" + address + ":" + port).build()));
  }

  double addService(String address, int port, String scheduler) {
    return millis(() -> services.createVirtualService(CreateVirtualServiceRequest.newBuilder()
        .setVirtualService(VirtualService.newBuilder().setProtocol(Protocol.PROTOCOL_TCP).setAddress(address).setPort(port)
            .setScheduler(scheduler)).build()));
  }

  double removeService(String address, int port) {
    return millis(() -> services.deleteVirtualService(
        DeleteVirtualServiceRequest.newBuilder().setName(name(address + ":" + port)).build()));
  }

  @Override
  public void close() {
    channel.shutdownNow();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
