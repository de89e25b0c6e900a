// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import com.google.common.collect.Iterables;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.VirtualService;
import io.xlvs.v1.CreateVirtualServiceRequest;
import io.xlvs.v1.DeleteVirtualServiceRequest;
import io.xlvs.v1.DeleteVirtualServiceResponse;
import io.xlvs.v1.GetVirtualServiceRequest;
import io.xlvs.v1.ListVirtualServicesRequest;
import io.xlvs.v1.ListVirtualServicesResponse;
import io.xlvs.v1.UpdateVirtualServiceRequest;
import io.xlvs.v1.VirtualServicesGrpc;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** xlvs.v1.VirtualServices. */
final class VirtualServicesService extends VirtualServicesGrpc.VirtualServicesImplBase {
  static final int DEFAULT_PAGE = 1000;
  static final int MAX_PAGE = 10000;
  /** A page ends early with so many servers: a message stays within the 4 MiB that clients take by default. */
  static final int MAX_PAGE_SERVERS = 10000;

  private final Backend backend;

  VirtualServicesService(Backend backend) {
    this.backend = backend;
  }

  @Override
  public void createVirtualService(CreateVirtualServiceRequest request, StreamObserver<io.xlvs.v1.VirtualService> observer) {
    Unary.answer(observer, () -> {
      Configuration after = backend.apply(new OperationMapper().map(request), request.getValidateOnly());
      // A new service is the last one.
      return ModelMapper.service(Iterables.getLast(after.services().values()));
    });
  }

  @Override
  public void getVirtualService(GetVirtualServiceRequest request, StreamObserver<io.xlvs.v1.VirtualService> observer) {
    Unary.answer(observer, () -> {
      VirtualService service = backend.service("name", request.getName());
      return ModelMapper.service(service, backend.dataPlane().figures(service, request.getWithCounters()), request.getWithCounters());
    });
  }

  @Override
  public void listVirtualServices(ListVirtualServicesRequest request, StreamObserver<ListVirtualServicesResponse> observer) {
    Unary.answer(observer, () -> list(request));
  }

  private ListVirtualServicesResponse list(ListVirtualServicesRequest request) {
    Iterator<VirtualService> services = backend.current().services().values().iterator();
    if (!request.getPageToken().isEmpty()) {
      skipTo(Backend.key("page_token", request.getPageToken()), services);
    }
    long size = request.getPageSize() == 0 ? DEFAULT_PAGE : Math.min(MAX_PAGE, Integer.toUnsignedLong(request.getPageSize()));
    List<VirtualService> page = new ArrayList<>();
    int servers = 0;
    while (services.hasNext() && page.size() < size && servers < MAX_PAGE_SERVERS) {
      VirtualService service = services.next();
      page.add(service);
      servers += service.servers().size();
    }
    ListVirtualServicesResponse.Builder response = ListVirtualServicesResponse.newBuilder();
    boolean withCounters = request.getWithCounters();
    backend.dataPlane().figures(page, withCounters, (service, figures) ->
        response.addVirtualServices(ModelMapper.service(service, figures, withCounters)));
    if (services.hasNext()) {
      response.setNextPageToken(ResourceNames.of(page.get(page.size() - 1).key()));
    }
    return response.build();
  }

  /** The token is the last name of the page before; services are in order of creation, so that what follows it is what is new. */
  private static void skipTo(ServiceKey last, Iterator<VirtualService> services) {
    while (services.hasNext()) {
      if (services.next().key().equals(last)) {
        return;
      }
    }
    throw Status.ABORTED.withDescription("page_token: service " + last + " was deleted meanwhile: list again from the start")
        .asRuntimeException();
  }

  @Override
  public void updateVirtualService(UpdateVirtualServiceRequest request, StreamObserver<io.xlvs.v1.VirtualService> observer) {
    Unary.answer(observer, () -> {
      Configuration after = backend.apply(new OperationMapper().map(request), request.getValidateOnly());
      ServiceKey key = ResourceNames.service(request.getVirtualService().getName());
      return ModelMapper.service(after.service(key).orElseThrow());
    });
  }

  @Override
  public void deleteVirtualService(DeleteVirtualServiceRequest request, StreamObserver<DeleteVirtualServiceResponse> observer) {
    Unary.answer(observer, () -> {
      backend.apply(new OperationMapper().map(request), request.getValidateOnly());
      return DeleteVirtualServiceResponse.getDefaultInstance();
    });
  }
}
