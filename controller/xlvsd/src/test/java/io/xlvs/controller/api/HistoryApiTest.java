// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.xlvs.v1.ApplyRequest;
import io.xlvs.v1.CompareRevisionsRequest;
import io.xlvs.v1.CreateVirtualServiceRequest;
import io.xlvs.v1.Difference;
import io.xlvs.v1.FlushRequest;
import io.xlvs.v1.ListRevisionsRequest;
import io.xlvs.v1.Operation;
import io.xlvs.v1.Plan;
import io.xlvs.v1.Protocol;
import io.xlvs.v1.Revision;
import io.xlvs.v1.RollbackRequest;
import io.xlvs.v1.RollbackResponse;
import io.xlvs.v1.VirtualService;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** ListRevisions, CompareRevisions and Rollback. */
@Timeout(60)
class HistoryApiTest {
  private static final String WEB = "services/tcp:10.0.0.100:80";

  private ApiHarness api;

  @BeforeEach
  void start() throws Exception {
    api = new ApiHarness();
    apply(Operation.newBuilder().setCreateService(CreateVirtualServiceRequest.newBuilder().setVirtualService(VirtualService.newBuilder()
        .setProtocol(Protocol.PROTOCOL_TCP).setAddress("10.0.0.100").setPort(80).setScheduler("rr"))));
    apply(Operation.newBuilder().setFlush(FlushRequest.getDefaultInstance()));
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private void apply(Operation.Builder operation) {
    api.director.apply(ApplyRequest.newBuilder().addOperations(operation).build());
  }

  private static void assertRefused(Code code, String message, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOfSatisfying(StatusRuntimeException.class, refusal -> {
      assertThat(refusal.getStatus().getCode()).isEqualTo(code);
      assertThat(refusal.getStatus().getDescription()).isEqualTo(message);
    });
  }

  @Test
  void revisionsAreListedOldestFirst() {
    assertThat(api.director.listRevisions(ListRevisionsRequest.getDefaultInstance()).getRevisionsList())
        .extracting(Revision::getRevision, Revision::getServices)
        .containsExactly(tuple(1L, 1), tuple(2L, 0));
  }

  @Test
  void twoRevisionsAreCompared() {
    Plan plan = api.director.compareRevisions(CompareRevisionsRequest.newBuilder().setFromRevision(1).build()).getPlan();
    assertThat(plan.getDifferencesList()).extracting(Difference::getName, Difference::hasBefore, Difference::hasAfter)
        .containsExactly(tuple(WEB, true, false));
    plan = api.director.compareRevisions(CompareRevisionsRequest.newBuilder().setFromRevision(2).setToRevision(1).build()).getPlan();
    assertThat(plan.getDifferencesList()).extracting(Difference::getName, Difference::hasBefore, Difference::hasAfter)
        .containsExactly(tuple(WEB, false, true));
    assertRefused(Code.NOT_FOUND, "revision 9 is not kept: revisions 1 to 2 are",
        () -> api.director.compareRevisions(CompareRevisionsRequest.newBuilder().setFromRevision(1).setToRevision(9).build()));
  }

  @Test
  void aRollbackIsPlannedAndMade() {
    RollbackRequest.Builder request = RollbackRequest.newBuilder().setRevision(1).setExpectedRevision(2);
    RollbackResponse planned = api.director.rollback(request.clone().setValidateOnly(true).build());
    assertThat(planned.getPlan().getDifferencesList()).extracting(Difference::getName).containsExactly(WEB);
    assertThat(api.registry.current().services().keySet()).isEmpty();

    RollbackResponse made = api.director.rollback(request.build());
    assertThat(made).isEqualTo(RollbackResponse.newBuilder().setRevision(3).build());
    assertThat(api.registry.current().services().keySet()).hasSize(1);
  }

  @Test
  void aRollbackIsRefusedLikeAnyChange() {
    assertRefused(Code.NOT_FOUND, "revision 0 is not kept: revisions 1 to 2 are",
        () -> api.director.rollback(RollbackRequest.getDefaultInstance()));
    assertRefused(Code.ABORTED, "expected_revision 1 is not the configuration's revision 2: read the configuration again and repeat the change",
        () -> api.director.rollback(RollbackRequest.newBuilder().setRevision(1).setExpectedRevision(1).build()));
  }
}
