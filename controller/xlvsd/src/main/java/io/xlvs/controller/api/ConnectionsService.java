// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.xlvs.controller.dataplane.ConnectionFilter;
import io.xlvs.v1.ConnectionsGrpc;
import io.xlvs.v1.ListConnectionsRequest;
import io.xlvs.v1.ListConnectionsResponse;

/** xlvs.v1.Connections. */
final class ConnectionsService extends ConnectionsGrpc.ConnectionsImplBase {
  private final Backend backend;
  private final StreamLimits limits;

  ConnectionsService(Backend backend, StreamLimits limits) {
    this.backend = backend;
    this.limits = limits;
  }

  @Override
  public void listConnections(ListConnectionsRequest request, StreamObserver<ListConnectionsResponse> observer) {
    ConnectionFilter filter;
    try {
      filter = ConnectionFilters.of(request);
      filter.service().ifPresent(key -> backend.current().service(key).orElseThrow(() -> Backend.missing(key)));
    } catch (StatusRuntimeException e) {
      observer.onError(e);
      return;
    }
    ConnectionStream stream =
        new ConnectionStream(backend.dataPlane(), filter, (ServerCallStreamObserver<ListConnectionsResponse>) observer);
    stream.prepare();
    try {
      limits.walk(stream);
    } catch (StatusRuntimeException e) {
      observer.onError(e);
    }
  }
}
