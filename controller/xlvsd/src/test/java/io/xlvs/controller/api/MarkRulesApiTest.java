// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ResourceInfo;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.xlvs.controller.dataplane.Feature;
import io.xlvs.v1.ApplyRequest;
import io.xlvs.v1.CreateMarkRuleRequest;
import io.xlvs.v1.CreateVirtualServiceRequest;
import io.xlvs.v1.DeleteMarkRuleRequest;
import io.xlvs.v1.GetMarkRuleRequest;
import io.xlvs.v1.ListMarkRulesRequest;
import io.xlvs.v1.MarkRule;
import io.xlvs.v1.Operation;
import io.xlvs.v1.PortRange;
import io.xlvs.v1.UpdateMarkRuleRequest;
import io.xlvs.v1.VirtualService;
import io.xlvs.v1.WatchRequest;
import io.xlvs.v1.WatchResponse;
import io.xlvs.v1.WatchResponse.Kind;
import java.util.Iterator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MarkRulesApiTest {
  private static final MarkRule.Builder EVERYTHING = MarkRule.newBuilder().setFirewallMark(1).setDestination("10.0.0.100");

  private ApiHarness api;

  @BeforeEach
  void start() throws Exception {
    api = new ApiHarness();
    api.dataPlane.features.add(Feature.FIREWALL_MARK);
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private static CreateMarkRuleRequest create(MarkRule.Builder rule) {
    return CreateMarkRuleRequest.newBuilder().setMarkRule(rule).build();
  }

  private static GetMarkRuleRequest get(String name) {
    return GetMarkRuleRequest.newBuilder().setName(name).build();
  }

  private static PortRange port(int port) {
    return PortRange.newBuilder().setFirst(port).build();
  }

  private static StatusRuntimeException failure(Code code, ThrowingCallable call) {
    StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(failure).isNotNull();
    assertThat(failure.getStatus().getCode()).as(failure.getMessage()).isEqualTo(code);
    return failure;
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
  void aRuleLivesThroughAllVerbs() throws Exception {
    MarkRule created = api.markRules.createMarkRule(
        create(MarkRule.newBuilder().setFirewallMark(-1).setDestination("fd00:0::100").addTcpPorts(port(80))));
    assertThat(created.getName()).isEqualTo("markRules/4294967295:fd00::100");
    assertThat(created.getTcpPorts(0)).isEqualTo(PortRange.newBuilder().setFirst(80).setLast(80).build());
    MarkRule wider = api.markRules.updateMarkRule(
        UpdateMarkRuleRequest.newBuilder().setMarkRule(created.toBuilder().addUdpPorts(port(53))).build());
    assertThat(wider.getEtag()).isEqualTo("2");
    assertThat(api.markRules.getMarkRule(get(created.getName()))).isEqualTo(wider);
    assertThat(api.markRules.listMarkRules(ListMarkRulesRequest.getDefaultInstance()).getMarkRulesList()).containsExactly(wider);
    assertThat(api.markRules.listMarkRules(ListMarkRulesRequest.newBuilder().setFirewallMark(1).build()).getMarkRulesList()).isEmpty();
    failure(Code.ABORTED, () -> api.markRules.deleteMarkRule(
        DeleteMarkRuleRequest.newBuilder().setName(created.getName()).setEtag(created.getEtag()).build()));
    api.markRules.deleteMarkRule(DeleteMarkRuleRequest.newBuilder().setName(created.getName()).setEtag("2").build());
    StatusRuntimeException missing = failure(Code.NOT_FOUND, () -> api.markRules.getMarkRule(get(created.getName())));
    assertThat(detail(missing, ResourceInfo.class).getResourceName()).isEqualTo(created.getName());
    failure(Code.INVALID_ARGUMENT, () -> api.markRules.getMarkRule(get("markRules/x")));
  }

  @Test
  void rulesAndServicesAreOneBatch() throws Exception {
    Operation rule = Operation.newBuilder().setCreateMarkRule(create(EVERYTHING)).build();
    api.director.apply(ApplyRequest.newBuilder()
        .addOperations(rule)
        .addOperations(Operation.newBuilder().setCreateService(
            CreateVirtualServiceRequest.newBuilder().setVirtualService(VirtualService.newBuilder().setFirewallMark(1))))
        .build());
    assertThat(api.registry.current().revision()).isEqualTo(1);
    StatusRuntimeException e = failure(Code.ALREADY_EXISTS, () -> api.director.apply(ApplyRequest.newBuilder().addOperations(rule).build()));
    assertThat(detail(e, BadRequest.class).getFieldViolations(0).getField()).isEqualTo("operations[0].create_mark_rule.mark_rule");
    assertThat(detail(e, ResourceInfo.class).getResourceName()).isEqualTo("markRules/1:10.0.0.100");
    api.director.apply(ApplyRequest.newBuilder()
        .addOperations(Operation.newBuilder().setUpdateMarkRule(UpdateMarkRuleRequest.newBuilder().setMarkRule(EVERYTHING)))
        .addOperations(Operation.newBuilder().setDeleteMarkRule(
            DeleteMarkRuleRequest.newBuilder().setName("markRules/1:10.0.0.100")))
        .build());
    assertThat(api.registry.current().markRules()).isEmpty();
  }

  @Test
  void validateOnlyChangesNothing() {
    MarkRule rule = api.markRules.updateMarkRule(
        UpdateMarkRuleRequest.newBuilder().setMarkRule(EVERYTHING).setAllowMissing(true).setValidateOnly(true).build());
    assertThat(rule.getUdpPorts(0)).isEqualTo(PortRange.newBuilder().setFirst(1).setLast(65535).build());
    assertThat(api.registry.current().revision()).isZero();
  }

  @Test
  void aWatchTellsOfRules() {
    api.markRules.createMarkRule(create(EVERYTHING));
    Iterator<WatchResponse> events = api.director.watch(WatchRequest.getDefaultInstance());
    WatchResponse first = events.next();
    assertThat(first.getKind()).isEqualTo(Kind.KIND_MARK_RULE);
    assertThat(first.getMarkRule().getTcpPorts(0).getLast()).isEqualTo(65535);
    assertThat(events.next().getKind()).isEqualTo(Kind.KIND_SNAPSHOT_DONE);
    api.markRules.deleteMarkRule(DeleteMarkRuleRequest.newBuilder().setName("markRules/1:10.0.0.100").build());
    WatchResponse deleted = events.next();
    assertThat(deleted.getKind()).isEqualTo(Kind.KIND_MARK_RULE_DELETED);
    assertThat(deleted.getMarkRule()).isEqualTo(MarkRule.newBuilder().setName("markRules/1:10.0.0.100").build());
  }
}
