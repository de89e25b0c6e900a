// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import com.google.common.collect.Iterables;
import io.grpc.stub.StreamObserver;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.VirtualService;
import io.xlvs.v1.CreateLocalAddressRequest;
import io.xlvs.v1.DeleteLocalAddressRequest;
import io.xlvs.v1.DeleteLocalAddressResponse;
import io.xlvs.v1.ListLocalAddressesRequest;
import io.xlvs.v1.ListLocalAddressesResponse;
import io.xlvs.v1.LocalAddress;
import io.xlvs.v1.LocalAddressesGrpc;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** xlvs.v1.LocalAddresses. */
final class LocalAddressesService extends LocalAddressesGrpc.LocalAddressesImplBase {
  private final Backend backend;

  LocalAddressesService(Backend backend) {
    this.backend = backend;
  }

  @Override
  public void createLocalAddress(CreateLocalAddressRequest request, StreamObserver<LocalAddress> observer) {
    Unary.answer(observer, () -> {
      Configuration after = backend.apply(new OperationMapper().map(request), request.getValidateOnly());
      ServiceKey service = ResourceNames.service(request.getParent());
      // A new address is the last one.
      IpAddress created = Iterables.getLast(after.service(service).orElseThrow().localAddresses());
      return ModelMapper.localAddress(service, created, !backend.dataPlane().ownAddresses(List.of(created)).isEmpty());
    });
  }

  @Override
  public void listLocalAddresses(ListLocalAddressesRequest request, StreamObserver<ListLocalAddressesResponse> observer) {
    Unary.answer(observer, () -> {
      Collection<VirtualService> services = request.getParent().equals(ResourceNames.ANY_SERVICE)
          ? backend.current().services().values()
          : List.of(backend.service("parent", request.getParent()));
      Set<IpAddress> all = new HashSet<>();
      services.forEach(service -> all.addAll(service.localAddresses()));
      Set<IpAddress> own = backend.dataPlane().ownAddresses(all);
      ListLocalAddressesResponse.Builder response = ListLocalAddressesResponse.newBuilder();
      for (VirtualService service : services) {
        for (IpAddress address : service.localAddresses()) {
          response.addLocalAddresses(ModelMapper.localAddress(service.key(), address, own.contains(address)));
        }
      }
      return response.build();
    });
  }

  @Override
  public void deleteLocalAddress(DeleteLocalAddressRequest request, StreamObserver<DeleteLocalAddressResponse> observer) {
    Unary.answer(observer, () -> {
      backend.apply(new OperationMapper().map(request), request.getValidateOnly());
      return DeleteLocalAddressResponse.getDefaultInstance();
    });
  }
}
