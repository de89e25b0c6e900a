// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.xlvs.controller.dataplane.ConnectionEntry;
import io.xlvs.controller.dataplane.ConnectionState;
import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.Protocol;
import io.xlvs.v1.Connection;
import io.xlvs.v1.ConnectionFilter;
import io.xlvs.v1.ConnectionsGrpc;
import io.xlvs.v1.CreateVirtualServiceRequest;
import io.xlvs.v1.DeleteVirtualServiceRequest;
import io.xlvs.v1.DirectorGrpc;
import io.xlvs.v1.ListConnectionsRequest;
import io.xlvs.v1.ListConnectionsResponse;
import io.xlvs.v1.Timeouts;
import io.xlvs.v1.UpdateTimeoutsRequest;
import io.xlvs.v1.VirtualService;
import io.xlvs.v1.WatchRequest;
import io.xlvs.v1.WatchResponse;
import io.xlvs.v1.WatchResponse.Kind;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class StreamsTest {
  private ApiHarness api;

  @BeforeEach
  void start() throws Exception {
    api = new ApiHarness();
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private void create(int port) {
    api.services.createVirtualService(CreateVirtualServiceRequest.newBuilder().setVirtualService(VirtualService.newBuilder()
        .setProtocol(io.xlvs.v1.Protocol.PROTOCOL_TCP).setAddress("10.0.0.100").setPort(port).setScheduler("rr")).build());
  }

  @Test
  void aWatchGivesTheStateThenEveryChange() {
    create(80);
    Iterator<WatchResponse> events = api.director.watch(WatchRequest.getDefaultInstance());
    assertThat(events.next().getVirtualService().getName()).isEqualTo("services/tcp:10.0.0.100:80");
    assertThat(events.next().getKind()).isEqualTo(Kind.KIND_SNAPSHOT_DONE);
    create(81);
    api.services.deleteVirtualService(DeleteVirtualServiceRequest.newBuilder().setName("services/tcp:10.0.0.100:80").build());
    WatchResponse created = events.next();
    assertThat(created.getKind()).isEqualTo(Kind.KIND_SERVICE);
    assertThat(created.getVirtualService().getPort()).isEqualTo(81);
    assertThat(created.getRevision()).isEqualTo(2);
    WatchResponse deleted = events.next();
    assertThat(deleted.getKind()).isEqualTo(Kind.KIND_SERVICE_DELETED);
    assertThat(deleted.getVirtualService()).isEqualTo(
        VirtualService.newBuilder().setName("services/tcp:10.0.0.100:80").build());
  }

  @Test
  void aWatcherThatReadsNothingIsCutOffWithOutOfRange() throws Exception {
    CompletableFuture<Status> end = new CompletableFuture<>();
    DirectorGrpc.newStub(api.channel).watch(WatchRequest.getDefaultInstance(), new ClientResponseObserver<WatchRequest, WatchResponse>() {
      @Override
      public void beforeStart(ClientCallStreamObserver<WatchRequest> call) {
        call.disableAutoRequestWithInitial(0);
      }

      @Override
      public void onNext(WatchResponse response) {
        end.completeExceptionally(new AssertionError("nothing was asked for"));
      }

      @Override
      public void onError(Throwable t) {
        end.complete(Status.fromThrowable(t));
      }

      @Override
      public void onCompleted() {
        end.completeExceptionally(new AssertionError("completed"));
      }
    });
    // Every change needs a service to change: time-outs alone send no message but wait in the queue all the same.
    for (int i = 0; i < 3000 && !end.isDone(); i++) {
      api.director.updateTimeouts(UpdateTimeoutsRequest.newBuilder().setTimeouts(Timeouts.newBuilder().setTcpSeconds(1 + i)).build());
    }
    assertThat(end.get(120, TimeUnit.SECONDS).getCode()).isEqualTo(Code.OUT_OF_RANGE);
  }

  private static ConnectionEntry entry(int client, ConnectionState state) {
    return new ConnectionEntry(Optional.of(Protocol.TCP), state, 61_500, IpAddress.ofIpv4(0xc0000200 + client), 40000 + client,
        IpAddress.parse("10.0.0.100"), 80, IpAddress.parse("10.1.0.1" + client % 3), 8080, ForwardingMethod.FULLNAT,
        Optional.of(IpAddress.parse("10.1.0.1")), 5000, false, 0, 1000, Optional.empty());
  }

  private List<Connection> list(ListConnectionsRequest request) {
    List<Connection> all = new ArrayList<>();
    api.connections.listConnections(request).forEachRemaining(batch -> all.addAll(batch.getConnectionsList()));
    return all;
  }

  @Test
  void connectionsComeInBatchesWithEveryField() {
    for (int i = 0; i < 2000; i++) {
      api.dataPlane.connections.add(entry(i % 250, ConnectionState.ESTABLISHED));
    }
    List<Connection> all = list(ListConnectionsRequest.getDefaultInstance());
    assertThat(all).hasSize(2000);
    Connection first = all.get(0);
    assertThat(first.getExpiresIn().getSeconds()).isEqualTo(61);
    assertThat(first.getExpiresIn().getNanos()).isEqualTo(500_000_000);
    assertThat(first.getLocalAddress() + ":" + first.getLocalPort()).isEqualTo("10.1.0.1:5000");
    assertThat(first.getState()).isEqualTo(io.xlvs.v1.ConnectionState.CONNECTION_STATE_ESTABLISHED);
  }

  @Test
  void aWalkWaitsForAClientThatDoesNotKeepUpAndEndsWhenItGoes() throws Exception {
    for (int i = 0; i < 20_000; i++) {
      api.dataPlane.connections.add(entry(i % 250, ConnectionState.ESTABLISHED));
    }
    CompletableFuture<ClientCallStreamObserver<ListConnectionsRequest>> started = new CompletableFuture<>();
    CompletableFuture<Integer> end = new CompletableFuture<>();
    ConnectionsGrpc.newStub(api.channel).listConnections(ListConnectionsRequest.getDefaultInstance(),
        new ClientResponseObserver<ListConnectionsRequest, ListConnectionsResponse>() {
          private int messages;

          @Override
          public void beforeStart(ClientCallStreamObserver<ListConnectionsRequest> call) {
            call.disableAutoRequestWithInitial(1);
            started.complete(call);
          }

          @Override
          public void onNext(ListConnectionsResponse response) {
            messages++;
          }

          @Override
          public void onError(Throwable t) {
            end.complete(messages);
          }

          @Override
          public void onCompleted() {
            end.complete(messages);
          }
        });
    TimeUnit.MILLISECONDS.sleep(300);
    assertThat(end).isNotDone();
    started.get().cancel("enough", null);
    assertThat(end.get(120, TimeUnit.SECONDS)).isEqualTo(1);
    // The walker's thread is free again: another listing works.
    assertThat(list(ListConnectionsRequest.newBuilder().setFilter(ConnectionFilter.newBuilder().setClient("192.0.2.1")).build())).hasSize(80);
  }
}
