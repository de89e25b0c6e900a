// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.xlvs.controller.dataplane.ConnectionEntry;
import io.xlvs.controller.dataplane.ConnectionFilter;
import io.xlvs.controller.dataplane.DataPlane;
import io.xlvs.controller.dataplane.DataPlaneException;
import io.xlvs.v1.ListConnectionsResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One ListConnections call: walks the table on a thread of its own and waits whenever the client does not keep up. */
final class ConnectionStream implements Runnable {
  /** Connections in a message: about 50 KB. */
  static final int BATCH = 512;

  private static final Logger LOG = LoggerFactory.getLogger(ConnectionStream.class);

  private final DataPlane dataPlane;
  private final ConnectionFilter filter;
  private final long limit;
  private final ServerCallStreamObserver<ListConnectionsResponse> observer;
  private final Object readiness = new Object();
  private ListConnectionsResponse.Builder batch = ListConnectionsResponse.newBuilder();
  private long listed;

  /** @param limit at most so many connections */
  ConnectionStream(
      DataPlane dataPlane, ConnectionFilter filter, long limit, ServerCallStreamObserver<ListConnectionsResponse> observer) {
    this.dataPlane = dataPlane;
    this.filter = filter;
    this.limit = limit;
    this.observer = observer;
  }

  /** Handlers can be set only while the call's method runs. */
  void prepare() {
    observer.setOnReadyHandler(this::wake);
    observer.setOnCancelHandler(this::wake);
  }

  private void wake() {
    synchronized (readiness) {
      readiness.notifyAll();
    }
  }

  @Override
  public void run() {
    try {
      dataPlane.forEachConnection(filter, this::add);
      if (!observer.isCancelled() && flush()) {
        observer.onCompleted();
      }
    } catch (DataPlaneException e) {
      observer.onError(StatusMapper.map(e));
    } catch (RuntimeException e) {
      // Outside gRPC's threads nobody else would end the call.
      LOG.error("listing connections failed", e);
      observer.onError(Status.INTERNAL.withDescription("internal error while listing connections: see xlvsd's log").asRuntimeException());
    }
  }

  private boolean add(ConnectionEntry entry) {
    batch.addConnections(ModelMapper.connection(entry));
    return ++listed < limit && (batch.getConnectionsCount() < BATCH || flush());
  }

  /** Returns false if the client has gone. */
  private boolean flush() {
    if (batch.getConnectionsCount() > 0) {
      if (!awaitReady()) {
        return false;
      }
      observer.onNext(batch.build());
      batch = ListConnectionsResponse.newBuilder();
    }
    return true;
  }

  private boolean awaitReady() {
    synchronized (readiness) {
      while (!observer.isReady() && !observer.isCancelled()) {
        try {
          readiness.wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return false;
        }
      }
    }
    return !observer.isCancelled();
  }
}
