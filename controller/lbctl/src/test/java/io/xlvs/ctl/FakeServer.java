// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.xlvs.v1.*;
import io.xlvs.v1.CompareRevisionsRequest;
import io.xlvs.v1.CompareRevisionsResponse;
import io.xlvs.v1.CreateMarkRuleRequest;
import io.xlvs.v1.DeleteMarkRuleRequest;
import io.xlvs.v1.DeleteMarkRuleResponse;
import io.xlvs.v1.ListMarkRulesRequest;
import io.xlvs.v1.ListMarkRulesResponse;
import io.xlvs.v1.ListRevisionsRequest;
import io.xlvs.v1.ListRevisionsResponse;
import io.xlvs.v1.MarkRule;
import io.xlvs.v1.MarkRulesGrpc;
import io.xlvs.v1.Plan;
import io.xlvs.v1.Revision;
import io.xlvs.v1.RollbackRequest;
import io.xlvs.v1.RollbackResponse;
import io.xlvs.v1.UpdateMarkRuleRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A {@link FakeDirector} behind gRPC on a real Unix socket in a directory of its own. */
final class FakeServer implements AutoCloseable {
  /** The answer to whoever only asks. */
  Plan plan = Plan.getDefaultInstance();
  final FakeDirector director = new FakeDirector();
  final List<Revision> revisions = new ArrayList<>();
  final List<CompareRevisionsRequest> comparisons = new ArrayList<>();
  final List<RollbackRequest> rollbacks = new ArrayList<>();
  /** What a rollback leads to. */
  long rollbackRevision;
  final List<Connection> connections = new ArrayList<>();
  final List<ListConnectionsRequest> connectionQueries = new ArrayList<>();
  final List<DeleteConnectionsRequest> deletions = new ArrayList<>();
  DeleteConnectionsResponse deleted = DeleteConnectionsResponse.getDefaultInstance();
  DirectorStatus status = DirectorStatus.newBuilder()
      .addTables(TableStatus.newBuilder().setName("connections").setCapacity(4096)).build();
  /** Services in a page, to see that the client turns pages. */
  int pageSize = 2;

  private final Path directory;
  private final EpollEventLoopGroup boss = new EpollEventLoopGroup(1);
  private final EpollEventLoopGroup workers = new EpollEventLoopGroup(1);
  private final Server server;

  FakeServer() throws IOException {
    directory = Files.createTempDirectory("lbctl");
    server = NettyServerBuilder.forAddress(new DomainSocketAddress(socket().toFile()))
        .bossEventLoopGroup(boss).workerEventLoopGroup(workers).channelType(EpollServerDomainSocketChannel.class)
        .withChildOption(ChannelOption.SO_KEEPALIVE, null).directExecutor().maxInboundMessageSize(Integer.MAX_VALUE)
        .addService(new Services()).addService(new Servers()).addService(new Addresses()).addService(new Marks())
        .addService(new Connections()).addService(new Directors()).build().start();
  }

  Path socket() {
    return directory.resolve("xlvsd.sock");
  }

  @Override
  public void close() throws IOException {
    server.shutdownNow();
    boss.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    workers.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    Files.deleteIfExists(socket());
    Files.delete(directory);
  }

  private static <T> void answer(StreamObserver<T> observer, Supplier<T> work) {
    try {
      observer.onNext(work.get());
      observer.onCompleted();
    } catch (StatusRuntimeException refused) {
      observer.onError(refused);
    }
  }

  private static RuntimeException unnamed(StatusRuntimeException refused) {
    // A single request's fields have no operation in front.
    ApiError error = ApiError.of(refused);
    ApiError.Field field = error.fields().get(0);
    return FakeDirector.refused(com.google.rpc.Code.forNumber(error.code().value()),
        field.name().replace("operations[0].", ""), field.description(), error.resourceType(), error.resourceName());
  }

  private void change(Operation.Builder operation, boolean validateOnly) {
    try {
      director.apply(List.of(operation.build()), validateOnly);
      director.applied--;
    } catch (StatusRuntimeException refused) {
      throw unnamed(refused);
    }
  }

  private final class Services extends VirtualServicesGrpc.VirtualServicesImplBase {
    @Override
    public void createVirtualService(CreateVirtualServiceRequest request, StreamObserver<VirtualService> observer) {
      answer(observer, () -> {
        change(Operation.newBuilder().setCreateService(request), request.getValidateOnly());
        return request.getVirtualService();
      });
    }

    @Override
    public void getVirtualService(GetVirtualServiceRequest request, StreamObserver<VirtualService> observer) {
      answer(observer, () -> counted(director.service(request.getName(), "name"), request.getWithCounters()));
    }

    @Override
    public void listVirtualServices(
        ListVirtualServicesRequest request, StreamObserver<ListVirtualServicesResponse> observer) {
      answer(observer, () -> {
        List<VirtualService> all = List.copyOf(director.services.values());
        int from = request.getPageToken().isEmpty() ? 0 : Integer.parseInt(request.getPageToken());
        int to = Math.min(all.size(), from + pageSize);
        return ListVirtualServicesResponse.newBuilder()
            .addAllVirtualServices(
                all.subList(from, to).stream().map(one -> counted(one, request.getWithCounters())).toList())
            .setNextPageToken(to < all.size() ? Integer.toString(to) : "").build();
      });
    }

    private VirtualService counted(VirtualService service, boolean withCounters) {
      if (withCounters) {
        return service;
      }
      VirtualService.Builder bare = service.toBuilder().clearCounters();
      bare.getServersBuilderList().forEach(RealServer.Builder::clearCounters);
      return bare.build();
    }

    @Override
    public void updateVirtualService(UpdateVirtualServiceRequest request, StreamObserver<VirtualService> observer) {
      answer(observer, () -> {
        change(Operation.newBuilder().setUpdateService(request), request.getValidateOnly());
        return director.service(request.getVirtualService().getName(), "name");
      });
    }

    @Override
    public void deleteVirtualService(
        DeleteVirtualServiceRequest request, StreamObserver<DeleteVirtualServiceResponse> observer) {
      answer(observer, () -> {
        change(Operation.newBuilder().setDeleteService(request), request.getValidateOnly());
        return DeleteVirtualServiceResponse.getDefaultInstance();
      });
    }
  }

  private final class Servers extends RealServersGrpc.RealServersImplBase {
    @Override
    public void createRealServer(CreateRealServerRequest request, StreamObserver<RealServer> observer) {
      answer(observer, () -> {
        change(Operation.newBuilder().setCreateServer(request), request.getValidateOnly());
        return request.getRealServer();
      });
    }

    @Override
    public void listRealServers(ListRealServersRequest request, StreamObserver<ListRealServersResponse> observer) {
      answer(observer, () -> ListRealServersResponse.newBuilder()
          .addAllRealServers(director.service(request.getParent(), "parent").getServersList()).build());
    }

    @Override
    public void updateRealServer(UpdateRealServerRequest request, StreamObserver<RealServer> observer) {
      answer(observer, () -> {
        change(Operation.newBuilder().setUpdateServer(request), request.getValidateOnly());
        return request.getRealServer();
      });
    }

    @Override
    public void deleteRealServer(DeleteRealServerRequest request, StreamObserver<DeleteRealServerResponse> observer) {
      answer(observer, () -> {
        change(Operation.newBuilder().setDeleteServer(request), request.getValidateOnly());
        return DeleteRealServerResponse.getDefaultInstance();
      });
    }
  }

  /** Addresses that begin with 10.1. are the director's. */
  private static LocalAddress local(String service, String address) {
    return LocalAddress.newBuilder().setName(service + "/localAddresses/" + address).setAddress(address)
        .setAssigned(address.startsWith("10.1.")).build();
  }

  private final class Addresses extends LocalAddressesGrpc.LocalAddressesImplBase {
    @Override
    public void createLocalAddress(CreateLocalAddressRequest request, StreamObserver<LocalAddress> observer) {
      answer(observer, () -> {
        change(Operation.newBuilder().setCreateLocalAddress(request), request.getValidateOnly());
        return local(request.getParent(), request.getLocalAddress().getAddress());
      });
    }

    @Override
    public void listLocalAddresses(
        ListLocalAddressesRequest request, StreamObserver<ListLocalAddressesResponse> observer) {
      answer(observer, () -> {
        ListLocalAddressesResponse.Builder found = ListLocalAddressesResponse.newBuilder();
        List<VirtualService> wanted = request.getParent().equals("services/-")
            ? List.copyOf(director.services.values()) : List.of(director.service(request.getParent(), "parent"));
        wanted.forEach(service -> service.getLocalAddressesList().forEach(address -> found.addLocalAddresses(
            local(service.getName(), address))));
        return found.build();
      });
    }

    @Override
    public void deleteLocalAddress(
        DeleteLocalAddressRequest request, StreamObserver<DeleteLocalAddressResponse> observer) {
      answer(observer, () -> {
        change(Operation.newBuilder().setDeleteLocalAddress(request), request.getValidateOnly());
        return DeleteLocalAddressResponse.getDefaultInstance();
      });
    }
  }

  private final class Marks extends MarkRulesGrpc.MarkRulesImplBase {
    @Override
    public void createMarkRule(CreateMarkRuleRequest request, StreamObserver<MarkRule> observer) {
      answer(observer, () -> {
        change(Operation.newBuilder().setCreateMarkRule(request), request.getValidateOnly());
        return request.getMarkRule();
      });
    }

    @Override
    public void updateMarkRule(UpdateMarkRuleRequest request, StreamObserver<MarkRule> observer) {
      answer(observer, () -> {
        change(Operation.newBuilder().setUpdateMarkRule(request), request.getValidateOnly());
        return request.getMarkRule();
      });
    }

    @Override
    public void listMarkRules(ListMarkRulesRequest request, StreamObserver<ListMarkRulesResponse> observer) {
      answer(observer, () -> ListMarkRulesResponse.newBuilder().addAllMarkRules(director.markRules.values().stream()
          .filter(rule -> request.getFirewallMark() == 0 || rule.getFirewallMark() == request.getFirewallMark()).toList()).build());
    }

    @Override
    public void deleteMarkRule(DeleteMarkRuleRequest request, StreamObserver<DeleteMarkRuleResponse> observer) {
      answer(observer, () -> {
        change(Operation.newBuilder().setDeleteMarkRule(request), request.getValidateOnly());
        return DeleteMarkRuleResponse.getDefaultInstance();
      });
    }
  }

  private final class Connections extends ConnectionsGrpc.ConnectionsImplBase {
    @Override
    public void listConnections(ListConnectionsRequest request, StreamObserver<ListConnectionsResponse> observer) {
      connectionQueries.add(request);
      int most = request.getLimit() == 0 ? connections.size() : (int) Math.min(connections.size(), request.getLimit());
      for (int i = 0; i < most; i += 7) {
        observer.onNext(ListConnectionsResponse.newBuilder()
            .addAllConnections(connections.subList(i, Math.min(most, i + 7))).build());
      }
      observer.onCompleted();
    }

    @Override
    public void deleteConnections(DeleteConnectionsRequest request, StreamObserver<DeleteConnectionsResponse> observer) {
      deletions.add(request);
      answer(observer, () -> deleted);
    }
  }

  private final class Directors extends DirectorGrpc.DirectorImplBase {
    @Override
    public void listRevisions(ListRevisionsRequest request, StreamObserver<ListRevisionsResponse> observer) {
      answer(observer, () -> ListRevisionsResponse.newBuilder().addAllRevisions(revisions).build());
    }

    @Override
    public void compareRevisions(CompareRevisionsRequest request, StreamObserver<CompareRevisionsResponse> observer) {
      answer(observer, () -> {
        comparisons.add(request);
        return CompareRevisionsResponse.newBuilder().setPlan(plan).build();
      });
    }

    @Override
    public void rollback(RollbackRequest request, StreamObserver<RollbackResponse> observer) {
      answer(observer, () -> {
        rollbacks.add(request);
        return RollbackResponse.newBuilder().setRevision(rollbackRevision).setPlan(request.getValidateOnly() ? plan : Plan.getDefaultInstance())
            .build();
      });
    }

    @Override
    public void apply(ApplyRequest request, StreamObserver<ApplyResponse> observer) {
      answer(observer, () -> {
        director.apply(request.getOperationsList(), request.getValidateOnly());
        return ApplyResponse.newBuilder().setRevision(1).setPlan(request.getValidateOnly() ? plan : Plan.getDefaultInstance()).build();
      });
    }

    @Override
    public void getTimeouts(GetTimeoutsRequest request, StreamObserver<Timeouts> observer) {
      answer(observer, () -> director.timeouts);
    }

    @Override
    public void updateTimeouts(UpdateTimeoutsRequest request, StreamObserver<Timeouts> observer) {
      answer(observer, () -> {
        change(Operation.newBuilder().setUpdateTimeouts(request), false);
        return director.timeouts;
      });
    }

    @Override
    public void listSysctls(ListSysctlsRequest request, StreamObserver<ListSysctlsResponse> observer) {
      answer(observer, () -> ListSysctlsResponse.newBuilder().addAllSysctls(director.sysctls).build());
    }

    @Override
    public void updateSysctls(UpdateSysctlsRequest request, StreamObserver<ListSysctlsResponse> observer) {
      answer(observer, () -> {
        request.getSysctlsList().forEach(director::setSysctl);
        return ListSysctlsResponse.newBuilder().addAllSysctls(director.sysctls).build();
      });
    }

    @Override
    public void getStatus(GetStatusRequest request, StreamObserver<DirectorStatus> observer) {
      answer(observer, () -> status);
    }

    @Override
    public void zeroCounters(ZeroCountersRequest request, StreamObserver<ZeroCountersResponse> observer) {
      answer(observer, () -> {
        if (!request.getService().isEmpty()) {
          director.service(request.getService(), "service");
        }
        director.zeroed.add(request.getService());
        return ZeroCountersResponse.getDefaultInstance();
      });
    }
  }
}
