// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.xlvs.controller.dataplane.FakeDataPlane;
import io.xlvs.controller.dataplane.Feature;
import io.xlvs.controller.registry.Problem.Kind;
import io.xlvs.controller.registry.Problem.ResourceType;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.MarkRule;
import io.xlvs.controller.service.MarkRuleKey;
import io.xlvs.controller.service.PortRange;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MarkRulesTest {
  private static final MarkRuleKey WEB = MarkRuleKey.parse("1:10.0.0.100");

  private final FakeDataPlane dataPlane = new FakeDataPlane();
  private final MemoryStore store = new MemoryStore();
  private ServiceRegistry registry;

  @BeforeEach
  void start() throws Exception {
    dataPlane.features.add(Feature.FIREWALL_MARK);
    registry = new ServiceRegistry(dataPlane, store);
  }

  private static MarkRuleSpec spec(long mark, String destination, long... tcp) {
    return new MarkRuleSpec(mark, destination,
        Arrays.stream(tcp).mapToObj(port -> new MarkRuleSpec.Ports(port, 0)).toList(), List.of(), List.of());
  }

  private static Operation create(long mark, String destination, long... tcp) {
    return new Operation.CreateMarkRule(spec(mark, destination, tcp));
  }

  private static Operation set(long mark, String destination, long... tcp) {
    return new Operation.UpdateMarkRule(spec(mark, destination, tcp), true, "");
  }

  private Configuration apply(Operation... operations) throws Exception {
    return registry.apply(List.of(operations), 0, false);
  }

  private List<Problem> refused(Operation... operations) {
    Configuration before = registry.current();
    RefusedException refusal = catchThrowableOfType(RefusedException.class, () -> apply(operations));
    assertThat(refusal).isNotNull();
    assertThat(registry.current()).isSameAs(before);
    assertThat(dataPlane.held()).isSameAs(before);
    return refusal.problems();
  }

  @Test
  void rulesAreStoredAndCarriedOutWithTheServicesInOneChange() throws Exception {
    Configuration after = apply(create(1, "10.0.0.100", 443, 80), Specs.web());
    assertThat(after.markRules().get(WEB).tcpPorts()).containsExactly(new PortRange(80, 80), new PortRange(443, 443));
    assertThat(after.markRules().get(WEB).udpPorts()).isEmpty();
    assertThat(store.written).containsExactly(after);
    assertThat(dataPlane.held()).isSameAs(after);
    Configuration next = apply(new Operation.Flush());
    assertThat(next.services()).isEmpty();
    assertThat(next.markRules().get(WEB)).as("-C leaves marks, as it leaves those of iptables").isSameAs(after.markRules().get(WEB));
  }

  @Test
  void aRuleWithoutPortsIsAboutEveryPortOfTcpAndUdp() throws Exception {
    MarkRule rule = apply(create(1, "10.0.0.100")).markRules().get(WEB);
    assertThat(rule.tcpPorts()).containsExactly(PortRange.ALL);
    assertThat(rule.udpPorts()).containsExactly(PortRange.ALL);
    assertThat(rule.sctpPorts()).containsExactly(PortRange.ALL);
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', value = {
      "0; 10.0.0.100; 80; firewall_mark; firewall mark 0 is out of range: 1..4294967295",
      "4294967296; 10.0.0.100; 80; firewall_mark; 4294967296 is out of range",
      "1; 10.0.0.256; 80; destination; \"10.0.0.256\" is not an IPv4 address",
      "1; 10.0.0.100/24; 80; destination; 10.0.0.0/24 would be right",
      "1; 10.0.0.0/23; 80; destination; more than 256 addresses: a prefix length of 24 or more",
      "1; fd00::/64; 80; destination; a prefix length of 120 or more",
      "1; 224.0.0.1; 80; destination; is a multicast address",
      "1; 10.0.0.100; 0; tcp_ports; ports 0 are no range",
      "1; 10.0.0.100; 65536; tcp_ports; ports 65536 are no range",
  })
  void aWrongRuleIsRefusedByFieldValueAndRemedy(long mark, String destination, long port, String field, String words) {
    assertThat(refused(create(mark, destination, port))).singleElement().satisfies(problem -> {
      assertThat(problem.kind()).isEqualTo(Kind.INVALID);
      assertThat(problem.field()).isEqualTo("mark_rule." + field);
      assertThat(problem.message()).contains(words).doesNotContain("\n");
    });
  }

  @Test
  void entriesOfTheServiceTableAreBounded() throws Exception {
    Operation wide = new Operation.CreateMarkRule(
        new MarkRuleSpec(1, "10.0.0.0/24", List.of(new MarkRuleSpec.Ports(10000, 10256)), List.of(), List.of()));
    assertThat(refused(wide)).singleElement().satisfies(problem ->
        assertThat(problem.message()).contains("65792 pairs of address and port: at most 65536").contains("every port (1-65535"));
    apply(new Operation.CreateMarkRule(new MarkRuleSpec(1, "10.0.0.100", List.of(new MarkRuleSpec.Ports(10000, 20000)), List.of(), List.of())));
  }

  @Test
  void withoutTheFeatureRulesAreRefusedByName() {
    dataPlane.features.remove(Feature.FIREWALL_MARK);
    assertThat(refused(create(1, "10.0.0.100", 80))).singleElement().satisfies(problem -> {
      assertThat(problem.kind()).isEqualTo(Kind.UNSUPPORTED);
      assertThat(problem.message()).contains("firewall-mark services are not supported");
    });
  }

  @Test
  void whatIsThereAlreadyOrMissingIsNamed() throws Exception {
    apply(create(1, "10.0.0.100", 80));
    assertThat(refused(create(1, "10.0.0.100", 443))).singleElement().satisfies(problem -> {
      assertThat(problem.kind()).isEqualTo(Kind.ALREADY_EXISTS);
      assertThat(problem.field()).isEqualTo("mark_rule");
      assertThat(problem.resource()).isEqualTo(new Problem.Resource(ResourceType.MARK_RULE, "", "1:10.0.0.100"));
    });
    assertThat(refused(new Operation.DeleteMarkRule(MarkRuleKey.parse("2:10.0.0.100"), ""),
        new Operation.UpdateMarkRule(spec(3, "10.0.0.100", 81), false, "")))
        .extracting(Problem::kind).containsExactly(Kind.NOT_FOUND, Kind.NOT_FOUND);
  }

  @Test
  void settingARuleTwiceChangesNothingTheSecondTime() throws Exception {
    MarkRule rule = apply(set(1, "10.0.0.100", 80)).markRules().get(WEB);
    assertThat(apply(set(1, "10.0.0.100", 80)).markRules().get(WEB)).isSameAs(rule);
    MarkRule wider = apply(set(1, "10.0.0.100", 80, 443)).markRules().get(WEB);
    assertThat(wider.tcpPorts()).hasSize(2);
    assertThat(wider.revision()).isEqualTo(3);
  }

  @Test
  void aPacketCarriesOneMark() throws Exception {
    apply(create(1, "10.0.0.100", 80));
    assertThat(refused(create(2, "10.0.0.96/28"))).singleElement().satisfies(problem -> {
      assertThat(problem.kind()).isEqualTo(Kind.INFEASIBLE);
      assertThat(problem.operation()).isZero();
      assertThat(problem.message()).contains("2:10.0.0.96/28 meets mark rule 1:10.0.0.100");
    });
    // Ports that change places do so in one change, in whatever order.
    apply(create(2, "10.0.0.100", 443));
    apply(set(1, "10.0.0.100", 443), set(2, "10.0.0.100", 80));
    assertThat(registry.current().markRules().get(WEB).tcpPorts()).containsExactly(new PortRange(443, 443));
  }

  @Test
  void aStaleEtagIsAConflictAndARightOneIsTaken() throws Exception {
    apply(create(1, "10.0.0.100", 80));
    assertThat(refused(new Operation.DeleteMarkRule(WEB, "7"), new Operation.UpdateMarkRule(spec(1, "10.0.0.100", 81), false, "7")))
        .extracting(Problem::kind, Problem::field)
        .containsExactly(tuple(Kind.CONFLICT, "etag"),
            tuple(Kind.CONFLICT, "mark_rule.etag"));
    apply(new Operation.DeleteMarkRule(WEB, "1"));
    assertThat(registry.current().markRules()).isEmpty();
  }

  @Test
  void watchersAreToldOfRules() throws Exception {
    apply(create(1, "10.0.0.100", 80));
    Watcher watcher = registry.watch(() -> {});
    assertThat(watcher.start().markRules()).containsOnlyKeys(WEB);
    apply(new Operation.DeleteMarkRule(WEB, ""), create(2, "10.0.0.100", 80));
    Change change = watcher.poll().orElseThrow();
    assertThat(change.deletedRules()).containsExactly(WEB);
    assertThat(change.changedRules()).extracting(MarkRule::key).containsExactly(MarkRuleKey.parse("2:10.0.0.100"));
    watcher.close();
  }
}
