// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import com.google.common.collect.Iterables;
import io.grpc.stub.StreamObserver;
import io.xlvs.controller.dataplane.ServiceFigures;
import io.xlvs.controller.registry.Problem.ResourceType;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.RealServerKey;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.VirtualService;
import io.xlvs.v1.CreateRealServerRequest;
import io.xlvs.v1.DeleteRealServerRequest;
import io.xlvs.v1.DeleteRealServerResponse;
import io.xlvs.v1.GetRealServerRequest;
import io.xlvs.v1.ListRealServersRequest;
import io.xlvs.v1.ListRealServersResponse;
import io.xlvs.v1.RealServersGrpc;
import io.xlvs.v1.UpdateRealServerRequest;

/** xlvs.v1.RealServers. */
final class RealServersService extends RealServersGrpc.RealServersImplBase {
  private final Backend backend;

  RealServersService(Backend backend) {
    this.backend = backend;
  }

  @Override
  public void createRealServer(CreateRealServerRequest request, StreamObserver<io.xlvs.v1.RealServer> observer) {
    Unary.answer(observer, () -> {
      Configuration after = backend.apply(new OperationMapper().map(request), request.getValidateOnly());
      ServiceKey service = ResourceNames.service(request.getParent());
      // A new server is the last one.
      return ModelMapper.server(service, Iterables.getLast(after.service(service).orElseThrow().servers()));
    });
  }

  @Override
  public void getRealServer(GetRealServerRequest request, StreamObserver<io.xlvs.v1.RealServer> observer) {
    Unary.answer(observer, () -> get(request));
  }

  private io.xlvs.v1.RealServer get(GetRealServerRequest request) {
    ResourceNames.Child<RealServerKey> name;
    try {
      name = ResourceNames.server(request.getName());
    } catch (IllegalArgumentException e) {
      throw StatusMapper.invalid("name", e.getMessage());
    }
    VirtualService service = backend.current().service(name.service()).orElseThrow(() -> Backend.missing(name.service()));
    RealServer server = service.server(name.key()).orElseThrow(() -> StatusMapper.notFound(
        "real server " + name.key() + " of service " + name.service(), ResourceType.SERVER, request.getName()));
    ServiceFigures figures = backend.dataPlane().figures(service, request.getWithCounters());
    return ModelMapper.server(
        service.key(), server, figures.servers().get(service.servers().indexOf(server)), request.getWithCounters());
  }

  @Override
  public void listRealServers(ListRealServersRequest request, StreamObserver<ListRealServersResponse> observer) {
    Unary.answer(observer, () -> {
      VirtualService service = backend.service("parent", request.getParent());
      ServiceFigures figures = backend.dataPlane().figures(service, request.getWithCounters());
      ListRealServersResponse.Builder response = ListRealServersResponse.newBuilder();
      for (int i = 0; i < service.servers().size(); i++) {
        response.addRealServers(
            ModelMapper.server(service.key(), service.servers().get(i), figures.servers().get(i), request.getWithCounters()));
      }
      return response.build();
    });
  }

  @Override
  public void updateRealServer(UpdateRealServerRequest request, StreamObserver<io.xlvs.v1.RealServer> observer) {
    Unary.answer(observer, () -> {
      Configuration after = backend.apply(new OperationMapper().map(request), request.getValidateOnly());
      ResourceNames.Child<RealServerKey> name = ResourceNames.server(request.getRealServer().getName());
      return ModelMapper.server(name.service(), after.service(name.service()).orElseThrow().server(name.key()).orElseThrow());
    });
  }

  @Override
  public void deleteRealServer(DeleteRealServerRequest request, StreamObserver<DeleteRealServerResponse> observer) {
    Unary.answer(observer, () -> {
      backend.apply(new OperationMapper().map(request), request.getValidateOnly());
      return DeleteRealServerResponse.getDefaultInstance();
    });
  }
}
