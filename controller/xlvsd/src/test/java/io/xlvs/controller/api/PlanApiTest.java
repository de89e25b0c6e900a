// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.v1.ApplyRequest;
import io.xlvs.v1.CreateRealServerRequest;
import io.xlvs.v1.CreateVirtualServiceRequest;
import io.xlvs.v1.DeleteRealServerRequest;
import io.xlvs.v1.DeleteVirtualServiceRequest;
import io.xlvs.v1.Difference;
import io.xlvs.v1.FlushRequest;
import io.xlvs.v1.ForwardingMethod;
import io.xlvs.v1.Operation;
import io.xlvs.v1.Plan;
import io.xlvs.v1.Protocol;
import io.xlvs.v1.RealServer;
import io.xlvs.v1.SlotMovement;
import io.xlvs.v1.Sysctl;
import io.xlvs.v1.Timeouts;
import io.xlvs.v1.UpdateRealServerRequest;
import io.xlvs.v1.UpdateSysctlsRequest;
import io.xlvs.v1.UpdateTimeoutsRequest;
import io.xlvs.v1.UpdateVirtualServiceRequest;
import io.xlvs.v1.VirtualService;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Apply with validate_only: nothing changes, and the answer says what would. */
@Timeout(60)
class PlanApiTest {
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

  private static Operation create(String scheduler, String... flags) {
    VirtualService.Builder service = VirtualService.newBuilder()
        .setProtocol(Protocol.PROTOCOL_TCP).setAddress("10.0.0.100").setPort(80).setScheduler(scheduler);
    for (String flag : flags) {
      service.addSchedulerFlags(flag);
    }
    return Operation.newBuilder().setCreateService(CreateVirtualServiceRequest.newBuilder().setVirtualService(service)).build();
  }

  private static Operation server(int number) {
    return Operation.newBuilder().setCreateServer(CreateRealServerRequest.newBuilder().setParent(WEB).setRealServer(
        RealServer.newBuilder().setAddress("10.1.0." + number).setMethod(ForwardingMethod.FORWARDING_METHOD_NAT))).build();
  }

  private static String name(int number) {
    return WEB + "/servers/10.1.0." + number + ":80";
  }

  private static Operation weight(int number, int weight) {
    return Operation.newBuilder().setUpdateServer(UpdateRealServerRequest.newBuilder().setRealServer(RealServer.newBuilder()
        .setName(name(number)).setAddress("10.1.0." + number).setMethod(ForwardingMethod.FORWARDING_METHOD_NAT).setWeight(weight))).build();
  }

  private static Operation scheduler(String scheduler, String... flags) {
    VirtualService service = create(scheduler, flags).getCreateService().getVirtualService().toBuilder().setName(WEB).build();
    return Operation.newBuilder().setUpdateService(UpdateVirtualServiceRequest.newBuilder().setVirtualService(service)).build();
  }

  private static Operation remove(int number) {
    return Operation.newBuilder().setDeleteServer(DeleteRealServerRequest.newBuilder().setName(name(number))).build();
  }

  private void serve(int servers, String scheduler, String... flags) {
    ApplyRequest.Builder all = ApplyRequest.newBuilder().addOperations(create(scheduler, flags));
    IntStream.rangeClosed(1, servers).forEach(number -> all.addOperations(server(number)));
    api.director.apply(all.build());
  }

  private Plan plan(Operation... operations) {
    long revision = api.director.apply(ApplyRequest.getDefaultInstance()).getRevision();
    ApplyRequest.Builder all = ApplyRequest.newBuilder().setValidateOnly(true);
    for (Operation operation : operations) {
      all.addOperations(operation);
    }
    Plan plan = api.director.apply(all.build()).getPlan();
    assertThat(api.director.apply(ApplyRequest.getDefaultInstance()).getRevision()).as("nothing was changed").isEqualTo(revision + 1);
    return plan;
  }

  private SlotMovement movement(Operation... operations) {
    Plan plan = plan(operations);
    assertThat(plan.getSlotMovementsList()).hasSize(1);
    assertThat(plan.getSlotMovements(0).getService()).isEqualTo(WEB);
    return plan.getSlotMovements(0);
  }

  @Test
  void saysNothingOfAServiceThatIsMadeAnewAsItWas() {
    serve(1, "mh");
    Plan plan = plan(Operation.newBuilder().setFlush(FlushRequest.getDefaultInstance()).build(), create("mh"), server(1));
    assertThat(plan).isEqualTo(Plan.getDefaultInstance());
  }

  @Test
  void saysWhomAnotherOrderOfTheSameServersMoves() {
    serve(3, "mh");
    Operation flush = Operation.newBuilder().setFlush(FlushRequest.getDefaultInstance()).build();
    Plan plan = plan(flush, create("mh"), server(3), server(2), server(1));
    assertThat(plan.getDifferencesList()).isEmpty();
    assertThat(plan.getSlotMovementsList()).hasSize(1);
  }

  @Test
  void namesSysctls() {
    Plan plan = plan(Operation.newBuilder().setUpdateSysctls(UpdateSysctlsRequest.newBuilder()
        .addSysctls(Sysctl.newBuilder().setName("sloppy_tcp").setValue("1"))
        .addSysctls(Sysctl.newBuilder().setName("conn_reuse_mode").setValue("1"))).build());
    assertThat(plan.getDifferencesList()).extracting(Difference::getName).containsExactly("sysctls/sloppy_tcp");
    assertThat(plan.getDifferences(0).getBefore().getSysctl().getValue()).isEqualTo("0");
    assertThat(plan.getDifferences(0).getAfter().getSysctl().getValue()).isEqualTo("1");
  }

  @Test
  void namesWhatWouldBeAddedChangedAndRemoved() {
    serve(2, "rr");
    Plan plan = plan(
        server(3), weight(1, 7), remove(2),
        Operation.newBuilder().setUpdateTimeouts(UpdateTimeoutsRequest.newBuilder().setTimeouts(Timeouts.newBuilder().setUdpSeconds(9))).build());
    assertThat(plan.getDifferencesList()).extracting(Difference::getName).containsExactly(name(1), name(2), name(3), "timeouts");
    Difference changed = plan.getDifferences(0);
    assertThat(changed.getBefore().getRealServer().getWeight()).isEqualTo(1);
    assertThat(changed.getAfter().getRealServer().getWeight()).isEqualTo(7);
    assertThat(plan.getDifferences(1).hasAfter()).isFalse();
    assertThat(plan.getDifferences(2).hasBefore()).isFalse();
    assertThat(plan.getDifferences(3).getAfter().getTimeouts().getUdpSeconds()).isEqualTo(9);
    assertThat(plan.getSlotMovementsList()).as("rr hashes nothing").isEmpty();
  }

  @Test
  void aServiceIsNamedWithAllThatItHas() {
    serve(2, "rr");
    assertThat(plan(Operation.newBuilder().setFlush(FlushRequest.getDefaultInstance()).build()).getDifferencesList())
        .extracting(Difference::getName).containsExactly(WEB, name(1), name(2));
    assertThat(plan(scheduler("wlc")).getDifferencesList()).singleElement().satisfies(only -> {
      assertThat(only.getBefore().getVirtualService().getScheduler()).isEqualTo("rr");
      assertThat(only.getAfter().getVirtualService().getScheduler()).isEqualTo("wlc");
    });
  }

  @Test
  void whatIsTakenBackInTheSameChangeIsNoDifference() {
    serve(1, "rr");
    Plan plan = plan(Operation.newBuilder().setDeleteService(DeleteVirtualServiceRequest.newBuilder().setName(WEB)).build(),
        create("rr"), server(1));
    assertThat(plan.getDifferencesList()).isEmpty();
  }

  @Test
  void mhMinimalMovesAsFewSlotsAsCanBe() {
    serve(10, "mh", "mh-minimal");
    for (Operation change : new Operation[] {remove(4), weight(4, 0), weight(4, 3), server(11)}) {
      SlotMovement movement = movement(change);
      assertThat(movement.getSlots()).isEqualTo(65537);
      assertThat(movement.getMovedSlots()).as(change.toString()).isEqualTo(movement.getLeastSlots()).isBetween(65537 / 12, 65537 / 5);
      assertThat(movement.getRefusedSlots()).isZero();
    }
  }

  @Test
  void mhMovesMoreThanItMustAndRefusesTheClientsOfAQuiescedServer() {
    serve(10, "mh");
    SlotMovement removal = movement(remove(4));
    assertThat(removal.getSlots()).isEqualTo(4093);
    assertThat(removal.getLeastSlots()).isBetween(400, 420);
    assertThat(removal.getMovedSlots()).isGreaterThan(removal.getLeastSlots());
    SlotMovement quiescing = movement(weight(4, 0));
    assertThat(quiescing.getRefusedSlots()).isEqualTo(quiescing.getMovedSlots()).isEqualTo(removal.getLeastSlots());
    assertThat(movement(scheduler("mh", "mh-fallback"), weight(4, 0)).getRefusedSlots()).isZero();
  }

  @Test
  void shAndDhAreTablesOf256() {
    serve(4, "sh");
    assertThat(movement(remove(4)).getSlots()).isEqualTo(256);
    // Rounds of three in place of rounds of four: of the three quarters that need not move, most do.
    assertThat(movement(remove(4)).getLeastSlots()).isEqualTo(64);
    assertThat(movement(remove(4)).getMovedSlots()).isGreaterThan(128);
    assertThat(movement(scheduler("dh")).getMovedSlots()).as("another hash: three of four").isEqualTo(192);
    assertThat(movement(scheduler("sh", "sh-port")).getMovedSlots()).as("another hash: three of four").isEqualTo(192);
    assertThat(movement(remove(1), remove(2), remove(3), remove(4)).getRefusedSlots()).isEqualTo(256);
  }

  @Test
  void aPlanIsAsLongAsAnAnswerMayBe() {
    serve(1, "rr");
    ApplyRequest.Builder all = ApplyRequest.newBuilder().setValidateOnly(true);
    for (int i = 0; i < PlanMapper.MOST + 5; i++) {
      all.addOperations(Operation.newBuilder().setCreateServer(CreateRealServerRequest.newBuilder().setParent(WEB)
          .setRealServer(RealServer.newBuilder().setAddress("10.2." + i / 250 + "." + (1 + i % 250)))));
    }
    Plan plan = api.director.apply(all.build()).getPlan();
    assertThat(plan.getDifferencesCount()).isEqualTo(PlanMapper.MOST);
    assertThat(plan.getOmitted()).isEqualTo(5);
  }
}
