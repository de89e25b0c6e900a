// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import io.grpc.stub.StreamObserver;
import io.xlvs.controller.registry.Operation;
import io.xlvs.controller.registry.Problem.ResourceType;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.MarkRuleKey;
import io.xlvs.controller.service.Prefix;
import io.xlvs.v1.CreateMarkRuleRequest;
import io.xlvs.v1.DeleteMarkRuleRequest;
import io.xlvs.v1.DeleteMarkRuleResponse;
import io.xlvs.v1.GetMarkRuleRequest;
import io.xlvs.v1.ListMarkRulesRequest;
import io.xlvs.v1.ListMarkRulesResponse;
import io.xlvs.v1.MarkRule;
import io.xlvs.v1.MarkRulesGrpc;
import io.xlvs.v1.UpdateMarkRuleRequest;

/** xlvs.v1.MarkRules. */
final class MarkRulesService extends MarkRulesGrpc.MarkRulesImplBase {
  private final Backend backend;

  MarkRulesService(Backend backend) {
    this.backend = backend;
  }

  @Override
  public void createMarkRule(CreateMarkRuleRequest request, StreamObserver<MarkRule> observer) {
    Unary.answer(observer, () -> put(new OperationMapper().map(request), request.getMarkRule(), request.getValidateOnly()));
  }

  @Override
  public void updateMarkRule(UpdateMarkRuleRequest request, StreamObserver<MarkRule> observer) {
    Unary.answer(observer, () -> put(new OperationMapper().map(request), request.getMarkRule(), request.getValidateOnly()));
  }

  private MarkRule put(Operation operation, MarkRule wanted, boolean validateOnly) {
    Configuration after = backend.apply(operation, validateOnly);
    MarkRuleKey key = new MarkRuleKey(Integer.toUnsignedLong(wanted.getFirewallMark()), Prefix.parse(wanted.getDestination()));
    return ModelMapper.markRule(after.markRule(key).orElseThrow());
  }

  @Override
  public void getMarkRule(GetMarkRuleRequest request, StreamObserver<MarkRule> observer) {
    Unary.answer(observer, () -> {
      MarkRuleKey key;
      try {
        key = ResourceNames.markRule(request.getName());
      } catch (IllegalArgumentException e) {
        throw StatusMapper.invalid("name", e.getMessage());
      }
      return backend.current().markRule(key).map(ModelMapper::markRule)
          .orElseThrow(() -> StatusMapper.notFound("mark rule " + key, ResourceType.MARK_RULE, ResourceNames.of(key)));
    });
  }

  @Override
  public void listMarkRules(ListMarkRulesRequest request, StreamObserver<ListMarkRulesResponse> observer) {
    long mark = Integer.toUnsignedLong(request.getFirewallMark());
    Unary.answer(observer, () -> ListMarkRulesResponse.newBuilder()
        .addAllMarkRules(backend.current().markRules().values().stream()
            .filter(rule -> mark == 0 || rule.key().mark() == mark)
            .map(ModelMapper::markRule)
            .toList())
        .build());
  }

  @Override
  public void deleteMarkRule(DeleteMarkRuleRequest request, StreamObserver<DeleteMarkRuleResponse> observer) {
    Unary.answer(observer, () -> {
      backend.apply(new OperationMapper().map(request), request.getValidateOnly());
      return DeleteMarkRuleResponse.getDefaultInstance();
    });
  }
}
