// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.xlvs.controller.registry.Change;
import io.xlvs.controller.registry.ServiceRegistry;
import io.xlvs.controller.registry.Watcher;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.MarkRule;
import io.xlvs.controller.service.MarkRuleKey;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.VirtualService;
import io.xlvs.v1.WatchResponse;
import io.xlvs.v1.WatchResponse.Kind;
import java.util.Collections;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * One Watch call: the state at the start, service by service, then every change; never more than the client takes. Woken by the client
 * (ready for more) and by the registry (a change), possibly at once: one at a time writes, under this object's lock.
 */
final class WatchStream {
  private final ServerCallStreamObserver<WatchResponse> observer;
  private final Watcher watcher;
  private final Iterator<WatchResponse> snapshot;
  private Iterator<WatchResponse> change = Collections.emptyIterator();
  private final StreamLimits limits;
  /** Whether a writer will come by anyway: a burst of changes needs it once. */
  private final AtomicBoolean called = new AtomicBoolean();
  private boolean started;
  private boolean snapshotDone;
  private boolean ended;

  /**
   * Begins to collect changes.
   *
   * @param limits whose writers write after a change: the registry waits for nobody's stream
   * @throws io.grpc.StatusRuntimeException if there are too many watches
   */
  WatchStream(ServiceRegistry registry, ServerCallStreamObserver<WatchResponse> observer, StreamLimits limits) {
    limits.watchBegins();
    this.observer = observer;
    this.limits = limits;
    this.watcher = registry.watch(this::call);
    this.snapshot = messages(watcher.start());
  }

  /** Handlers can be set only while the call's method runs; before it, a change must not find this half made. */
  synchronized void start() {
    observer.setOnReadyHandler(this::write);
    observer.setOnCancelHandler(this::end);
    started = true;
    write();
  }

  private void call() {
    if (!called.getAndSet(true)) {
      limits.writers().execute(this::write);
    }
  }

  private synchronized void write() {
    called.set(false);
    if (!started) {
      return;
    }
    while (!ended && observer.isReady()) {
      Optional<WatchResponse> next = next();
      if (next.isEmpty()) {
        break;
      }
      observer.onNext(next.get());
    }
    // Told at once: who reads nothing finds it behind what was sent before.
    if (!ended && watcher.isOverrun()) {
      end();
      observer.onError(Status.OUT_OF_RANGE
          .withDescription("the watcher was too slow and changes were dropped: start the watch again").asRuntimeException());
    }
  }

  private synchronized void end() {
    if (!ended) {
      ended = true;
      watcher.close();
      limits.watchEnded();
    }
  }

  private Optional<WatchResponse> next() {
    if (snapshot.hasNext()) {
      return Optional.of(snapshot.next());
    }
    if (!snapshotDone) {
      snapshotDone = true;
      return Optional.of(WatchResponse.newBuilder()
          .setKind(Kind.KIND_SNAPSHOT_DONE).setRevision(watcher.start().revision()).build());
    }
    while (!change.hasNext()) {
      Optional<Change> next = watcher.poll();
      if (next.isEmpty()) {
        return Optional.empty();
      }
      change = messages(next.get());
    }
    return Optional.of(change.next());
  }

  /** Made one by one as they are sent: a state may have thousands of services. */
  private static Iterator<WatchResponse> messages(Configuration start) {
    return Stream.concat(
        start.markRules().values().stream().map(rule -> markRule(rule, start.revision())),
        start.services().values().stream().map(service -> service(service, start.revision()))).iterator();
  }

  /** Made one by one as they are sent: a change may be of thousands of services. */
  private static Iterator<WatchResponse> messages(Change change) {
    return Stream.of(
        change.deletedRules().stream().map(key -> deleted(key, change.revision())),
        change.deleted().stream().map(key -> deleted(key, change.revision())),
        change.changedRules().stream().map(rule -> markRule(rule, change.revision())),
        change.changed().stream().map(service -> service(service, change.revision()))).flatMap(Function.identity()).iterator();
  }

  private static WatchResponse deleted(MarkRuleKey key, long revision) {
    return WatchResponse.newBuilder()
        .setKind(Kind.KIND_MARK_RULE_DELETED)
        .setMarkRule(io.xlvs.v1.MarkRule.newBuilder().setName(ResourceNames.of(key)))
        .setRevision(revision)
        .build();
  }

  private static WatchResponse markRule(MarkRule rule, long revision) {
    return WatchResponse.newBuilder()
        .setKind(Kind.KIND_MARK_RULE).setMarkRule(ModelMapper.markRule(rule)).setRevision(revision).build();
  }

  private static WatchResponse deleted(ServiceKey key, long revision) {
    return WatchResponse.newBuilder()
        .setKind(Kind.KIND_SERVICE_DELETED)
        .setVirtualService(io.xlvs.v1.VirtualService.newBuilder().setName(ResourceNames.of(key)))
        .setRevision(revision)
        .build();
  }

  private static WatchResponse service(VirtualService service, long revision) {
    return WatchResponse.newBuilder()
        .setKind(Kind.KIND_SERVICE).setVirtualService(ModelMapper.service(service)).setRevision(revision).build();
  }
}
