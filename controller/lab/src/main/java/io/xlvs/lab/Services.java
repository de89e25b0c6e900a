// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import io.xlvs.v1.ApplyRequest;
import io.xlvs.v1.CreateLocalAddressRequest;
import io.xlvs.v1.CreateRealServerRequest;
import io.xlvs.v1.CreateVirtualServiceRequest;
import io.xlvs.v1.DirectorGrpc;
import io.xlvs.v1.LocalAddress;
import io.xlvs.v1.Operation;
import io.xlvs.v1.Protocol;
import io.xlvs.v1.RealServer;
import io.xlvs.v1.VirtualService;
import java.util.ArrayList;
import java.util.List;

/** Creates virtual services through the API. */
final class Services {
  private final List<Operation> operations = new ArrayList<>();

  /** One of round robin over all real servers, for TCP (HTTP) and UDP (echo). */
  Services add(Mode mode, Family family) {
    add(mode, family, Protocol.PROTOCOL_TCP, Mode.HTTP_PORT, mode.serverHttpPort());
    add(mode, family, Protocol.PROTOCOL_UDP, Mode.ECHO_PORT, mode.serverEchoPort());
    return this;
  }

  private void add(Mode mode, Family family, Protocol protocol, int port, int serverPort) {
    String vip = mode.vip(family);
    String name = "services/" + (protocol == Protocol.PROTOCOL_TCP ? "tcp" : "udp") + ":" + family.withPort(vip, port);
    operations.add(Operation.newBuilder()
        .setCreateService(CreateVirtualServiceRequest.newBuilder().setVirtualService(VirtualService.newBuilder()
            .setProtocol(protocol).setAddress(vip).setPort(port).setScheduler("rr")))
        .build());
    if (mode == Mode.FULLNAT) {
      for (String local : family.localAddresses()) {
        operations.add(Operation.newBuilder()
            .setCreateLocalAddress(CreateLocalAddressRequest.newBuilder().setParent(name)
                .setLocalAddress(LocalAddress.newBuilder().setAddress(local)))
            .build());
      }
    }
    for (int number = 1; number <= Family.SERVERS; number++) {
      operations.add(Operation.newBuilder()
          .setCreateServer(CreateRealServerRequest.newBuilder().setParent(name).setRealServer(RealServer.newBuilder()
              .setAddress(family.server(number)).setPort(serverPort).setMethod(mode.method())))
          .build());
    }
  }

  /** All of them or none. */
  void apply(Director director) {
    director.api(channel -> DirectorGrpc.newBlockingStub(channel).apply(ApplyRequest.newBuilder().addAllOperations(operations).build()));
  }
}
