// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.xlvs.controller.dataplane.ConnectionFilter;
import io.xlvs.controller.dataplane.ConnectionFilter.Kind;
import io.xlvs.controller.dataplane.DataPlane;
import io.xlvs.controller.dataplane.DataPlaneException;
import io.xlvs.controller.dataplane.DeletedConnections;
import io.xlvs.v1.ConnectionKind;
import io.xlvs.v1.ConnectionsGrpc;
import io.xlvs.v1.DeleteConnectionsRequest;
import io.xlvs.v1.DeleteConnectionsResponse;
import io.xlvs.v1.ListConnectionsRequest;
import io.xlvs.v1.ListConnectionsResponse;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** xlvs.v1.Connections. */
final class ConnectionsService extends ConnectionsGrpc.ConnectionsImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionsService.class);

  private final Backend backend;
  private final StreamLimits limits;

  ConnectionsService(Backend backend, StreamLimits limits) {
    this.backend = backend;
    this.limits = limits;
  }

  @Override
  public void listConnections(ListConnectionsRequest request, StreamObserver<ListConnectionsResponse> observer) {
    try {
      // Unsigned: a limit of 2^63 and more is none.
      long limit = request.getLimit() <= 0 ? Long.MAX_VALUE : request.getLimit();
      ConnectionStream stream = new ConnectionStream(
          backend.dataPlane(), filter(request.getFilter()), limit, (ServerCallStreamObserver<ListConnectionsResponse>) observer);
      stream.prepare();
      limits.walk(stream);
    } catch (StatusRuntimeException e) {
      observer.onError(e);
    }
  }

  private ConnectionFilter filter(io.xlvs.v1.ConnectionFilter wanted) {
    ConnectionFilter filter = ConnectionFilters.of(wanted);
    filter.service().ifPresent(key -> backend.current().service(key).orElseThrow(() -> Backend.missing(key)));
    return filter;
  }

  @Override
  public void deleteConnections(DeleteConnectionsRequest request, StreamObserver<DeleteConnectionsResponse> observer) {
    ServerCallStreamObserver<DeleteConnectionsResponse> call = (ServerCallStreamObserver<DeleteConnectionsResponse>) observer;
    // With a handler an answer to a caller who has gone is dropped without a word.
    call.setOnCancelHandler(() -> { });
    try {
      ConnectionFilter filter = deletable(request);
      limits.walk(() -> delete(filter, request.getValidateOnly(), call));
    } catch (StatusRuntimeException e) {
      observer.onError(e);
    }
  }

  private ConnectionFilter deletable(DeleteConnectionsRequest request) {
    ConnectionFilter filter = filter(request.getFilter());
    if (filter.isUnconditional() && !request.getAll()) {
      throw StatusMapper.invalid("filter", "filter has no condition: that would be every connection of every service; set a"
          + " condition, or all if every connection is meant");
    }
    if (!filter.isUnconditional() && request.getAll()) {
      throw StatusMapper.invalid("all", "all is set, and the filter has a condition: every connection, or those of the filter? leave one"
          + " of the two away");
    }
    return request.getFilter().getKind() == ConnectionKind.CONNECTION_KIND_UNSPECIFIED ? filter.ofKind(Kind.CONNECTION) : filter;
  }

  private void delete(ConnectionFilter filter, boolean validateOnly, ServerCallStreamObserver<DeleteConnectionsResponse> call) {
    try {
      DeletedConnections deleted = validateOnly
          ? count(backend.dataPlane(), filter, call::isCancelled) : backend.dataPlane().deleteConnections(filter, call::isCancelled);
      if (!validateOnly) {
        LOG.atInfo().addKeyValue("connections", deleted.connections()).addKeyValue("templates", deleted.templates())
            .log("connections deleted on request");
      }
      call.onNext(DeleteConnectionsResponse.newBuilder()
          .setConnections(deleted.connections()).setTemplates(deleted.templates()).build());
      call.onCompleted();
    } catch (DataPlaneException e) {
      call.onError(StatusMapper.map(e));
    } catch (RuntimeException e) {
      // Outside gRPC's threads nobody else would end the call.
      LOG.error("deleting connections failed", e);
      call.onError(Status.INTERNAL.withDescription("internal error while deleting connections: see xlvsd's log").asRuntimeException());
    }
  }

  private static DeletedConnections count(DataPlane dataPlane, ConnectionFilter filter, BooleanSupplier stop) throws DataPlaneException {
    long[] counts = new long[2];
    dataPlane.forEachConnection(filter, entry -> {
      counts[entry.template() ? 1 : 0]++;
      return !stop.getAsBoolean();
    });
    return new DeletedConnections(counts[0], counts[1]);
  }
}
