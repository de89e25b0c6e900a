// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import com.google.common.collect.Iterables;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.xlvs.controller.dataplane.DataPlaneException;
import io.xlvs.controller.dataplane.DataPlaneStatus;
import io.xlvs.controller.registry.Operation;
import io.xlvs.controller.registry.ServiceRegistry;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.store.KeptRevision;
import io.xlvs.v1.ApplyResponse;
import io.xlvs.v1.CompareRevisionsRequest;
import io.xlvs.v1.CompareRevisionsResponse;
import io.xlvs.v1.DirectorGrpc;
import io.xlvs.v1.DirectorStatus;
import io.xlvs.v1.GetStatusRequest;
import io.xlvs.v1.GetTimeoutsRequest;
import io.xlvs.v1.InterfaceStatus;
import io.xlvs.v1.ListRevisionsRequest;
import io.xlvs.v1.ListRevisionsResponse;
import io.xlvs.v1.ListSysctlsRequest;
import io.xlvs.v1.ListSysctlsResponse;
import io.xlvs.v1.ReasonCount;
import io.xlvs.v1.Revision;
import io.xlvs.v1.RollbackRequest;
import io.xlvs.v1.RollbackResponse;
import io.xlvs.v1.TableStatus;
import io.xlvs.v1.Timeouts;
import io.xlvs.v1.UpdateSysctlsRequest;
import io.xlvs.v1.UpdateTimeoutsRequest;
import io.xlvs.v1.WatchRequest;
import io.xlvs.v1.WatchResponse;
import io.xlvs.v1.ZeroCountersRequest;
import io.xlvs.v1.ZeroCountersResponse;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntFunction;

/** xlvs.v1.Director. */
final class DirectorService extends DirectorGrpc.DirectorImplBase {
  private final Backend backend;
  private final String version;
  private final Instant startTime;
  private final StreamLimits limits;

  DirectorService(Backend backend, String version, Instant startTime, StreamLimits limits) {
    this.backend = backend;
    this.limits = limits;
    this.version = version;
    this.startTime = startTime;
  }

  /** Its methods; the request of Apply is read as a {@link Batch}. */
  ServerServiceDefinition definition() {
    ServerServiceDefinition bound = bindService();
    MethodDescriptor<Batch, ApplyResponse> apply = DirectorGrpc.getApplyMethod().toBuilder(
        new Batch.Reader(), DirectorGrpc.getApplyMethod().getResponseMarshaller()).build();
    ServiceDescriptor.Builder descriptor = ServiceDescriptor.newBuilder(bound.getServiceDescriptor().getName())
        .setSchemaDescriptor(bound.getServiceDescriptor().getSchemaDescriptor()).addMethod(apply);
    List<ServerMethodDefinition<?, ?>> others = bound.getMethods().stream()
        .filter(method -> !method.getMethodDescriptor().getFullMethodName().equals(apply.getFullMethodName())).toList();
    others.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(descriptor.build());
    others.forEach(method -> definition.addMethod(method));
    return definition.addMethod(apply, ServerCalls.asyncUnaryCall(this::applyBatch)).build();
  }

  private void applyBatch(Batch operations, StreamObserver<ApplyResponse> observer) {
    Unary.answer(observer, () -> {
      OperationMapper mapper = new OperationMapper();
      // Mapped one by one while the registry takes them: a million at once would need their memory twice.
      Iterable<Operation> mapped = Iterables.transform(operations, mapper::map);
      IntFunction<String> prefix = index -> fieldOf(operations.get(index), index);
      if (operations.validateOnly()) {
        ServiceRegistry.Preview preview = backend.preview(mapped, operations.expectedRevision(), prefix);
        return ApplyResponse.newBuilder()
            .setRevision(preview.after().revision()).setPlan(PlanMapper.between(preview.before(), preview.after())).build();
      }
      Configuration after = backend.apply(mapped, operations.expectedRevision(), false, prefix);
      return ApplyResponse.newBuilder().setRevision(after.revision()).build();
    });
  }

  /** "operations[3].create_server." */
  private static String fieldOf(io.xlvs.v1.Operation operation, int index) {
    String element = "operations[" + index + "].";
    return switch (operation.getOperationCase()) {
      case OPERATION_NOT_SET -> element + "operation";
      default -> element + operation.getOperationCase().name().toLowerCase(Locale.ROOT) + ".";
    };
  }

  @Override
  public void watch(WatchRequest request, StreamObserver<WatchResponse> observer) {
    try {
      new WatchStream(backend.registry(), (ServerCallStreamObserver<WatchResponse>) observer, limits).start();
    } catch (StatusRuntimeException e) {
      observer.onError(e);
    }
  }

  @Override
  public void getTimeouts(GetTimeoutsRequest request, StreamObserver<Timeouts> observer) {
    Unary.answer(observer, () -> ModelMapper.timeouts(backend.current().timeouts()));
  }

  @Override
  public void updateTimeouts(UpdateTimeoutsRequest request, StreamObserver<Timeouts> observer) {
    Unary.answer(observer, () ->
        ModelMapper.timeouts(backend.apply(new OperationMapper().map(request.getTimeouts()), false).timeouts()));
  }

  @Override
  public void listSysctls(ListSysctlsRequest request, StreamObserver<ListSysctlsResponse> observer) {
    Unary.answer(observer, () -> ModelMapper.sysctls(backend.current().sysctls()));
  }

  @Override
  public void updateSysctls(UpdateSysctlsRequest request, StreamObserver<ListSysctlsResponse> observer) {
    Unary.answer(observer, () -> ModelMapper.sysctls(
        backend.apply(new OperationMapper().map(request), request.getValidateOnly()).sysctls()));
  }

  @Override
  public void getStatus(GetStatusRequest request, StreamObserver<DirectorStatus> observer) {
    Unary.answer(observer, this::status);
  }

  private DirectorStatus status() {
    Configuration configuration = backend.current();
    DirectorStatus.Builder status = DirectorStatus.newBuilder()
        .setVersion(version)
        .setStartTime(ModelMapper.timestamp(startTime))
        .setRevision(configuration.revision())
        .setKernelRelease(System.getProperty("os.version"))
        .setCpus(Runtime.getRuntime().availableProcessors())
        .setServices(configuration.services().size())
        .setServers((int) configuration.serverCount());
    DataPlaneStatus dataPlane = backend.dataPlane().status();
    status.addAllNotes(dataPlane.notes())
        .setJiffiesPerSecond(dataPlane.jiffiesPerSecond())
        .setCounters(ModelMapper.counters(dataPlane.counters()));
    configuration.sysctls().changed().forEach((sysctl, value) -> status.addSysctls(ModelMapper.sysctl(sysctl, value)));
    for (DataPlaneStatus.Interface i : dataPlane.interfaces()) {
      status.addInterfaces(InterfaceStatus.newBuilder()
          .setName(i.name()).setIndex(i.index()).setAttachMode(i.attachMode()).setNote(i.note()));
    }
    for (DataPlaneStatus.Table table : dataPlane.tables()) {
      status.addTables(TableStatus.newBuilder()
          .setName(table.name()).setUsed(table.used()).setCapacity(table.capacity()).setMemoryBytes(table.memoryBytes()));
    }
    for (DataPlaneStatus.Reason reason : dataPlane.reasons()) {
      if (reason.packets() != 0) {
        status.addReasons(ReasonCount.newBuilder()
            .setReason(reason.name()).setDescription(reason.description()).setPackets(reason.packets()));
      }
    }
    return status.build();
  }

  @Override
  public void zeroCounters(ZeroCountersRequest request, StreamObserver<ZeroCountersResponse> observer) {
    Unary.answer(observer, () -> {
      Optional<ServiceKey> service = request.getService().isEmpty()
          ? Optional.empty() : Optional.of(backend.service("service", request.getService()).key());
      try {
        backend.dataPlane().zeroCounters(service);
      } catch (DataPlaneException e) {
        throw StatusMapper.map(e);
      }
      return ZeroCountersResponse.getDefaultInstance();
    });
  }

  @Override
  public void listRevisions(ListRevisionsRequest request, StreamObserver<ListRevisionsResponse> observer) {
    Unary.answer(observer, () -> ListRevisionsResponse.newBuilder()
        .addAllRevisions(backend.registry().kept().stream().map(DirectorService::revision).toList()).build());
  }

  private static Revision revision(KeptRevision kept) {
    Revision.Builder revision = Revision.newBuilder()
        .setRevision(kept.revision()).setServices(kept.services()).setServers(kept.servers());
    kept.time().map(ModelMapper::timestamp).ifPresent(revision::setCreateTime);
    return revision.build();
  }

  @Override
  public void compareRevisions(CompareRevisionsRequest request, StreamObserver<CompareRevisionsResponse> observer) {
    Unary.answer(observer, () -> {
      Configuration from = backend.at("from_revision", request.getFromRevision());
      Configuration to = request.getToRevision() == 0 ? backend.current() : backend.at("to_revision", request.getToRevision());
      return CompareRevisionsResponse.newBuilder().setPlan(PlanMapper.between(from, to)).build();
    });
  }

  @Override
  public void rollback(RollbackRequest request, StreamObserver<RollbackResponse> observer) {
    Unary.answer(observer, () -> {
      ServiceRegistry.Preview done = backend.rollBack(request.getRevision(), request.getExpectedRevision(), request.getValidateOnly());
      RollbackResponse.Builder response = RollbackResponse.newBuilder().setRevision(done.after().revision());
      if (request.getValidateOnly()) {
        response.setPlan(PlanMapper.between(done.before(), done.after()));
      }
      return response.build();
    });
  }
}
