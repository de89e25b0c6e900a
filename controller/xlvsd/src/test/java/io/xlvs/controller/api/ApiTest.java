// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.FieldMask;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.ResourceInfo;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.xlvs.controller.store.StoreException;
import io.xlvs.v1.ApplyRequest;
import io.xlvs.v1.CreateLocalAddressRequest;
import io.xlvs.v1.CreateRealServerRequest;
import io.xlvs.v1.CreateVirtualServiceRequest;
import io.xlvs.v1.DeleteLocalAddressRequest;
import io.xlvs.v1.DeleteRealServerRequest;
import io.xlvs.v1.DeleteVirtualServiceRequest;
import io.xlvs.v1.DirectorStatus;
import io.xlvs.v1.FlushRequest;
import io.xlvs.v1.ForwardingMethod;
import io.xlvs.v1.GetRealServerRequest;
import io.xlvs.v1.GetStatusRequest;
import io.xlvs.v1.GetTimeoutsRequest;
import io.xlvs.v1.GetVirtualServiceRequest;
import io.xlvs.v1.ListConnectionsRequest;
import io.xlvs.v1.ListLocalAddressesRequest;
import io.xlvs.v1.ListRealServersRequest;
import io.xlvs.v1.ListSysctlsRequest;
import io.xlvs.v1.ListSysctlsResponse;
import io.xlvs.v1.ListVirtualServicesRequest;
import io.xlvs.v1.ListVirtualServicesResponse;
import io.xlvs.v1.LocalAddress;
import io.xlvs.v1.Operation;
import io.xlvs.v1.Protocol;
import io.xlvs.v1.RealServer;
import io.xlvs.v1.Sysctl;
import io.xlvs.v1.Timeouts;
import io.xlvs.v1.Tunnel;
import io.xlvs.v1.TunnelType;
import io.xlvs.v1.UpdateRealServerRequest;
import io.xlvs.v1.UpdateSysctlsRequest;
import io.xlvs.v1.UpdateTimeoutsRequest;
import io.xlvs.v1.UpdateVirtualServiceRequest;
import io.xlvs.v1.VirtualService;
import io.xlvs.v1.ZeroCountersRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ApiTest {
  private static final String WEB = "services/tcp:10.0.0.100:80";

  private ApiHarness api;

  @BeforeEach
  void start() throws Exception {
    api = new ApiHarness();
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private static VirtualService.Builder web() {
    return VirtualService.newBuilder().setProtocol(Protocol.PROTOCOL_TCP).setAddress("10.0.0.100").setPort(80).setScheduler("rr");
  }

  private static CreateVirtualServiceRequest create(VirtualService.Builder service) {
    return CreateVirtualServiceRequest.newBuilder().setVirtualService(service).build();
  }

  private static RealServer.Builder nat(String address) {
    return RealServer.newBuilder().setAddress(address).setPort(8080).setMethod(ForwardingMethod.FORWARDING_METHOD_NAT);
  }

  private static CreateRealServerRequest create(RealServer.Builder server) {
    return CreateRealServerRequest.newBuilder().setParent(WEB).setRealServer(server).build();
  }

  private static StatusRuntimeException failure(Code code, ThrowingCallable call) {
    StatusRuntimeException[] failure = new StatusRuntimeException[1];
    assertThatThrownBy(call).isInstanceOfSatisfying(StatusRuntimeException.class, e -> failure[0] = e);
    assertThat(failure[0].getStatus().getCode()).as(failure[0].getMessage()).isEqualTo(code);
    return failure[0];
  }

  private static <T extends Message> T detail(StatusRuntimeException failure, Class<T> type) throws Exception {
    for (Any detail : StatusProto.fromThrowable(failure).getDetailsList()) {
      if (detail.is(type)) {
        return detail.unpack(type);
      }
    }
    throw new AssertionError("no " + type.getSimpleName() + " in " + StatusProto.fromThrowable(failure));
  }

  @Test
  void aServiceAndItsServersLiveThroughAllVerbs() {
    VirtualService created = api.services.createVirtualService(create(web()));
    assertThat(created.getName()).isEqualTo(WEB);
    assertThat(created.getEtag()).isEqualTo("1");
    RealServer server = api.servers.createRealServer(create(nat("10.1.0.11")));
    assertThat(server.getName()).isEqualTo(WEB + "/servers/10.1.0.11:8080");
    assertThat(server.getWeight()).isEqualTo(1);

    server = api.servers.updateRealServer(UpdateRealServerRequest.newBuilder()
        .setRealServer(server.toBuilder().setWeight(5).setUpperThreshold(9))
        .setUpdateMask(FieldMask.newBuilder().addPaths("weight"))
        .build());
    assertThat(server.getWeight()).isEqualTo(5);
    assertThat(server.getUpperThreshold()).isZero();
    VirtualService updated = api.services.updateVirtualService(UpdateVirtualServiceRequest.newBuilder()
        .setVirtualService(VirtualService.newBuilder().setName(WEB).setScheduler("wrr")).build());
    assertThat(updated.getScheduler()).isEqualTo("wrr");
    assertThat(updated.getServersList()).hasSize(1);

    VirtualService got = api.services.getVirtualService(GetVirtualServiceRequest.newBuilder().setName(WEB).setWithCounters(true).build());
    assertThat(got.getCounters().getConnections()).isEqualTo(80);
    assertThat(got.getServers(0).getActiveConnections()).isEqualTo(8080);
    assertThat(got.getServers(0).getInactiveConnections()).isEqualTo(5);
    assertThat(got.getServers(0).getPersistentConnections()).isEqualTo(3);
    assertThat(got.getServers(0).getReachable()).isTrue();
    assertThat(got.getServers(0).getCounters().getOutBytesPerSecond()).isEqualTo(10);
    assertThat(api.servers.getRealServer(GetRealServerRequest.newBuilder().setName(server.getName()).build()).getWeight()).isEqualTo(5);
    assertThat(api.servers.listRealServers(ListRealServersRequest.newBuilder().setParent(WEB).build()).getRealServersList()).hasSize(1);

    api.servers.deleteRealServer(DeleteRealServerRequest.newBuilder().setName(server.getName()).build());
    api.services.deleteVirtualService(DeleteVirtualServiceRequest.newBuilder().setName(WEB).build());
    assertThat(api.registry.current().services()).isEmpty();
  }

  @Test
  void whatIsReadCanBeWrittenBack() {
    api.services.createVirtualService(create(web().setPersistenceTimeoutSeconds(60).setScheduler("mh").addSchedulerFlags("mh-port")));
    RealServer tun = api.servers.createRealServer(create(RealServer.newBuilder().setAddress("10.1.0.11")
        .setMethod(ForwardingMethod.FORWARDING_METHOD_TUN)
        .setTunnel(Tunnel.newBuilder().setType(TunnelType.TUNNEL_TYPE_GUE).setPort(6080))));
    RealServer nat = api.servers.createRealServer(create(nat("10.1.0.12")));
    for (RealServer server : List.of(tun, nat)) {
      RealServer back = api.servers.updateRealServer(UpdateRealServerRequest.newBuilder().setRealServer(server).build());
      assertThat(back.toBuilder().clearEtag().build()).isEqualTo(server.toBuilder().clearEtag().build());
    }
    VirtualService service = api.services.getVirtualService(GetVirtualServiceRequest.newBuilder().setName(WEB).build());
    VirtualService back = api.services.updateVirtualService(UpdateVirtualServiceRequest.newBuilder().setVirtualService(service).build());
    assertThat(back.getSchedulerFlagsList()).containsExactly("mh-port");
    assertThat(back.getPersistenceTimeoutSeconds()).isEqualTo(60);
  }

  @Test
  void aWrongFieldIsInvalidArgumentWithItsName() throws Exception {
    StatusRuntimeException e = failure(Code.INVALID_ARGUMENT, () ->
        api.services.createVirtualService(create(web().setAddress("128.24.170.256").setScheduler("nosuch"))));
    assertThat(detail(e, BadRequest.class).getFieldViolationsList()).extracting(BadRequest.FieldViolation::getField)
        .containsExactly("virtual_service.address");
    e = failure(Code.INVALID_ARGUMENT, () -> api.services.createVirtualService(create(web().setScheduler("nosuch").setPort(-1))));
    assertThat(detail(e, BadRequest.class).getFieldViolationsList()).extracting(BadRequest.FieldViolation::getField)
        .containsExactly("virtual_service.port", "virtual_service.scheduler");
    assertThat(e.getStatus().getDescription()).contains("4294967295 is out of range").contains("(and 1 more)");
  }

  @Test
  void anUnknownEnumNumberIsNamed() throws Exception {
    StatusRuntimeException e = failure(Code.INVALID_ARGUMENT, () -> api.services.createVirtualService(create(web().setProtocolValue(99))));
    assertThat(detail(e, BadRequest.class).getFieldViolations(0).getField()).isEqualTo("virtual_service.protocol");
  }

  @Test
  void whatThisVersionCannotDoIsUnimplemented() throws Exception {
    StatusRuntimeException e = failure(Code.UNIMPLEMENTED, () -> api.services.createVirtualService(create(web().setPersistenceEngine("sip"))));
    assertThat(e.getStatus().getDescription()).contains("persistence engines");
    assertThat(detail(e, ErrorInfo.class).getReason()).isEqualTo("UNSUPPORTED");
  }

  @Test
  void duplicatesAndMissingThingsNameTheResource() throws Exception {
    api.services.createVirtualService(create(web()));
    api.servers.createRealServer(create(nat("10.1.0.11")));
    StatusRuntimeException e = failure(Code.ALREADY_EXISTS, () -> api.services.createVirtualService(create(web())));
    assertThat(detail(e, ResourceInfo.class).getResourceType()).isEqualTo("xlvs.v1.VirtualService");
    assertThat(detail(e, ResourceInfo.class).getResourceName()).isEqualTo(WEB);
    e = failure(Code.ALREADY_EXISTS, () -> api.servers.createRealServer(create(nat("10.1.0.11"))));
    assertThat(detail(e, ResourceInfo.class).getResourceType()).isEqualTo("xlvs.v1.RealServer");
    String missing = WEB + "/servers/10.1.0.12:80";
    for (ThrowingCallable call : List.<ThrowingCallable>of(
        () -> api.servers.getRealServer(GetRealServerRequest.newBuilder().setName(missing).build()),
        () -> api.servers.deleteRealServer(DeleteRealServerRequest.newBuilder().setName(missing).build()))) {
      e = failure(Code.NOT_FOUND, call);
      assertThat(detail(e, ResourceInfo.class).getResourceName()).isEqualTo(missing);
    }
    String other = "services/tcp:10.0.0.101:80";
    for (ThrowingCallable call : List.<ThrowingCallable>of(
        () -> api.services.getVirtualService(GetVirtualServiceRequest.newBuilder().setName(other).build()),
        () -> api.servers.listRealServers(ListRealServersRequest.newBuilder().setParent(other).build()),
        () -> api.localAddresses.listLocalAddresses(ListLocalAddressesRequest.newBuilder().setParent(other).build()),
        () -> api.director.zeroCounters(ZeroCountersRequest.newBuilder().setService(other).build()),
        () -> api.services.deleteVirtualService(DeleteVirtualServiceRequest.newBuilder().setName(other).build()))) {
      assertThat(detail(failure(Code.NOT_FOUND, call), ResourceInfo.class).getResourceName()).isEqualTo(other);
    }
    failure(Code.INVALID_ARGUMENT, () -> api.services.getVirtualService(GetVirtualServiceRequest.newBuilder().setName("x").build()));
  }

  @Test
  void aWrongEtagIsAborted() {
    api.services.createVirtualService(create(web()));
    failure(Code.ABORTED, () ->
        api.services.deleteVirtualService(DeleteVirtualServiceRequest.newBuilder().setName(WEB).setEtag("7").build()));
  }

  @Test
  void aFullTableIsResourceExhaustedWithItsNumbers() throws Exception {
    api.dataPlane.maxServices = 0;
    StatusRuntimeException e = failure(Code.RESOURCE_EXHAUSTED, () -> api.services.createVirtualService(create(web())));
    assertThat(detail(e, ErrorInfo.class).getMetadataMap()).containsEntry("table", "services").containsEntry("need", "1");
  }

  @Test
  void aStoreThatFailsIsToldApartFromADefectAndServingGoesOn() throws Exception {
    api.store.failure = new StoreException("state file /var/lib/xlvs/configuration cannot be written", null, true);
    StatusRuntimeException full = failure(Code.RESOURCE_EXHAUSTED, () -> api.services.createVirtualService(create(web())));
    assertThat(detail(full, ErrorInfo.class).getReason()).isEqualTo("STORE_FULL");
    api.store.failure = new IOException("read-only file system");
    StatusRuntimeException failed = failure(Code.FAILED_PRECONDITION, () -> api.services.createVirtualService(create(web())));
    assertThat(detail(failed, ErrorInfo.class).getReason()).isEqualTo("STORE_FAILED");
    assertThat(failed.getStatus().getDescription()).contains("was not made").contains("read-only");
    api.store.failure = null;
    api.services.createVirtualService(create(web()));
  }

  @Test
  void aFailedCommitIsInternalWithTheReason() {
    api.dataPlane.failingApplies = 1;
    assertThat(failure(Code.INTERNAL, () -> api.services.createVirtualService(create(web()))).getStatus().getDescription())
        .contains("EPERM").contains("revision 0 is in force again");
  }

  private static Operation operation(CreateRealServerRequest request) {
    return Operation.newBuilder().setCreateServer(request).build();
  }

  @Test
  void aBatchIsOneChangeAndItsErrorsNameTheOperation() throws Exception {
    ApplyRequest.Builder batch = ApplyRequest.newBuilder()
        .addOperations(Operation.newBuilder().setFlush(FlushRequest.getDefaultInstance()))
        .addOperations(Operation.newBuilder().setCreateService(create(web())))
        .addOperations(operation(create(nat("10.1.0.11"))));
    assertThat(api.director.apply(batch.build()).getRevision()).isEqualTo(1);
    batch.addOperations(operation(create(nat("10.1.0.11"))))
        .addOperations(operation(create(nat("10.1.0.12").setMethod(ForwardingMethod.FORWARDING_METHOD_DR))))
        .addOperations(Operation.getDefaultInstance());
    StatusRuntimeException e = failure(Code.INVALID_ARGUMENT, () -> api.director.apply(batch.build()));
    assertThat(detail(e, BadRequest.class).getFieldViolationsList()).extracting(BadRequest.FieldViolation::getField).containsExactly(
        "operations[3].create_server.real_server", "operations[4].create_server.real_server.port", "operations[5].operation");
    assertThat(api.registry.current().revision()).isEqualTo(1);
    failure(Code.ABORTED, () -> api.director.apply(ApplyRequest.newBuilder().setExpectedRevision(5).build()));
  }

  @Test
  void thousandsOfErrorsFitIntoATrailerAndAreAllAccountedFor() throws Exception {
    ApplyRequest.Builder batch = ApplyRequest.newBuilder().addOperations(Operation.newBuilder().setCreateService(create(web())));
    for (int i = 0; i < 5000; i++) {
      batch.addOperations(operation(create(nat(i % 2 == 0 || i > 4000 ? "10.1.0.256" : "10.1.1." + i % 200))));
    }
    StatusRuntimeException e = failure(Code.INVALID_ARGUMENT, () -> api.director.apply(batch.build()));
    assertThat(StatusProto.fromThrowable(e).getSerializedSize()).isLessThan(6000);
    List<BadRequest.FieldViolation> violations = detail(e, BadRequest.class).getFieldViolationsList();
    // 1999 odd ones below 4000 are right the first time: 200 addresses, 100 of them odd.
    assertThat(violations.get(violations.size() - 1).getDescription())
        .startsWith("and " + (5000 - 100 - violations.size() + 1) + " more, in operations ");
  }

  @Test
  void validateOnlyChangesNothing() {
    assertThat(api.services.createVirtualService(create(web()).toBuilder().setValidateOnly(true).build()).getName()).isEqualTo(WEB);
    assertThat(api.registry.current().services()).isEmpty();
  }

  @Test
  void listsComeInPagesInOrderOfCreation() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      names.add(api.services.createVirtualService(create(web().setPort(1000 - i))).getName());
    }
    List<String> listed = new ArrayList<>();
    ListVirtualServicesRequest.Builder request = ListVirtualServicesRequest.newBuilder().setPageSize(10);
    int pages = 0;
    do {
      ListVirtualServicesResponse page = api.services.listVirtualServices(request.build());
      page.getVirtualServicesList().forEach(service -> listed.add(service.getName()));
      request.setPageToken(page.getNextPageToken());
      pages++;
    } while (!request.getPageToken().isEmpty());
    assertThat(listed).isEqualTo(names);
    assertThat(pages).isEqualTo(3);
    failure(Code.ABORTED, () -> api.services.listVirtualServices(request.setPageToken("services/tcp:10.9.9.9:1").build()));
  }

  @Test
  void localAddressesAreListedPerServiceAndForAll() {
    api.services.createVirtualService(create(web()));
    LocalAddress created = api.localAddresses.createLocalAddress(CreateLocalAddressRequest.newBuilder()
        .setParent(WEB).setLocalAddress(LocalAddress.newBuilder().setAddress("10.1.0.1")).build());
    assertThat(created.getName()).isEqualTo(WEB + "/localAddresses/10.1.0.1");
    for (String parent : List.of(WEB, "services/-")) {
      assertThat(api.localAddresses.listLocalAddresses(ListLocalAddressesRequest.newBuilder().setParent(parent).build())
          .getLocalAddressesList()).containsExactly(created);
    }
    assertThat(created.getAssigned()).isFalse();
    api.dataPlane.ownAddress = "10.1.0.1";
    assertThat(api.localAddresses.listLocalAddresses(ListLocalAddressesRequest.newBuilder().setParent(WEB).build())
        .getLocalAddresses(0).getAssigned()).isTrue();
    api.localAddresses.deleteLocalAddress(DeleteLocalAddressRequest.newBuilder().setName(created.getName()).build());
    failure(Code.NOT_FOUND, () ->
        api.localAddresses.deleteLocalAddress(DeleteLocalAddressRequest.newBuilder().setName(created.getName()).build()));
  }

  @Test
  void timeoutsStatusAndZeroing() {
    assertThat(api.director.updateTimeouts(UpdateTimeoutsRequest.newBuilder()
        .setTimeouts(Timeouts.newBuilder().setUdpSeconds(7)).build()).getTcpSeconds()).isEqualTo(900);
    assertThat(api.director.getTimeouts(GetTimeoutsRequest.getDefaultInstance()).getUdpSeconds()).isEqualTo(7);
    DirectorStatus status = api.director.getStatus(GetStatusRequest.getDefaultInstance());
    assertThat(status.getVersion()).isEqualTo("1.2.3");
    assertThat(status.getInterfaces(0).getNote()).contains("native");
    assertThat(status.getTables(0).getCapacity()).isEqualTo(1024);
    assertThat(status.getReasonsList()).hasSize(1);
    api.director.zeroCounters(ZeroCountersRequest.getDefaultInstance());
    assertThat(api.dataPlane.zeroed).containsExactly(Optional.empty());
  }

  @Test
  void sysctlsAreListedSetAndRefusedByName() throws Exception {
    ListSysctlsRequest all = ListSysctlsRequest.getDefaultInstance();
    assertThat(api.director.listSysctls(all).getSysctlsList()).extracting(Sysctl::getName).isSorted().contains("sloppy_tcp", "sync_version");
    Sysctl wanted = Sysctl.newBuilder().setName("expire_nodest_conn").setValue("1").build();
    UpdateSysctlsRequest.Builder request = UpdateSysctlsRequest.newBuilder().addSysctls(wanted);
    assertThat(value(api.director.updateSysctls(request.setValidateOnly(true).build()), "expire_nodest_conn")).isEqualTo("1");
    assertThat(value(api.director.listSysctls(all), "expire_nodest_conn")).isEqualTo("0");
    api.director.updateSysctls(request.setValidateOnly(false).build());
    assertThat(value(api.director.listSysctls(all), "expire_nodest_conn")).isEqualTo("1");
    assertThat(api.director.getStatus(GetStatusRequest.getDefaultInstance()).getSysctlsList()).extracting(Sysctl::getName)
        .containsExactly("expire_nodest_conn");

    StatusRuntimeException refused = failure(Code.INVALID_ARGUMENT, () -> api.director.updateSysctls(request
        .addSysctls(Sysctl.newBuilder().setName("nosuch"))
        .addSysctls(Sysctl.newBuilder().setName("drop_entry").setValue("1"))
        .addSysctls(Sysctl.newBuilder().setName("conn_reuse_mode").setValue("4")).build()));
    assertThat(detail(refused, BadRequest.class).getFieldViolationsList()).extracting(BadRequest.FieldViolation::getField)
        .containsExactly("sysctls[1].name", "sysctls[2].value", "sysctls[3].value");
  }

  private static String value(ListSysctlsResponse response, String name) {
    return response.getSysctlsList().stream().filter(sysctl -> sysctl.getName().equals(name)).findFirst().orElseThrow().getValue();
  }

  @Test
  void aFaultOfTheDaemonIsInternalAndNotUnknown() {
    api.dataPlane.connections.add(null);
    // The fake has no such entry to give: its null is the fault.
    assertThatThrownBy(() -> api.connections.listConnections(ListConnectionsRequest.getDefaultInstance()).hasNext())
        .isInstanceOfSatisfying(StatusRuntimeException.class, e -> assertThat(e.getStatus().getCode()).isEqualTo(Code.INTERNAL));
  }
}
