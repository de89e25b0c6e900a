// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xlvs.bpf.Control;
import io.xlvs.bpf.Endpoint;
import io.xlvs.bpf.EndpointKind;
import io.xlvs.bpf.Family;
import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.MarkRule;
import io.xlvs.controller.service.MarkRuleKey;
import io.xlvs.controller.service.PortRange;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.Timeouts;
import io.xlvs.controller.service.Tunnel;
import io.xlvs.controller.service.VirtualService;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What firewall marks leave in the service table, over restarts too. */
class MarkTablesTest extends ControllerOnMaps {
  @Test
  void findsMarksAgainAfterARestartAndTheirPacketsAreTheirsAllTheWhile() throws Exception {
    ServiceKey mark = ServiceKey.parse("fwm4:4294967295");
    VirtualService marked = new VirtualService(mark, "rr", Set.of(), 60, -1, 0, "", false, Timeouts.NONE,
        List.of(new RealServer(IpAddress.parse("192.0.2.1"), 0, ForwardingMethod.NAT, 1, 1, 0, 0, Tunnel.DEFAULT, 1)), List.of(), 1, 1);
    VirtualService web = service("rr", nat(2));
    MarkRule rule = new MarkRule(MarkRuleKey.parse("4294967295:10.0.0.100"), List.of(new PortRange(80, 81)), List.of(PortRange.ALL),
        List.of(PortRange.ALL), 1);
    apply(List.of(rule), marked, web);
    int index = applied.get(mark).index;
    Endpoint requests = applied.get(KEY).requests(KEY);
    assertThat(serviceTable.find(requests).index()).as("the mark's, not the address's").isEqualTo(index);
    Set<Endpoint> table = endpoints();
    byte[] services = bytes(objects.services());
    int copy = objects.control().getInt(Control.TABLE_COPY);
    startController();
    assertThat(applied.get(mark).key).isEqualTo(mark);
    apply(List.of(rule), marked, web);
    assertThat(endpoints()).isEqualTo(table);
    assertThat(objects.control().getInt(Control.TABLE_COPY)).as("nothing to change, not even before the rules were known").isEqualTo(copy);
    assertThat(bytes(objects.services())).isEqualTo(services);
    Plan plan = planner.plan(reconciler.inForce(), configuration(List.of(rule), marked, web));
    assertThat(plan.marks).as("rules that are in force").isEmpty();
    planner.discard(plan);
    for (int protocol : new int[] {6, 17, 132}) {
      assertThat(serviceTable.find(new Endpoint(
          Convert.wire(IpAddress.parse("192.0.2.1")), 0, protocol, EndpointKind.SERVER, Family.IPV4, 0))).isNotNull();
    }
    apply(List.of(), marked, web);
    assertThat(serviceTable.find(requests).index()).as("without the rule the address's").isEqualTo(applied.get(KEY).index);
    assertThat(tables.requests().markEntries()).isZero();
    assertThat(tables.servers().secondReplies()).isEqualTo(2);
    apply();
    pass(61);
    assertThat(serviceTable.size()).isZero();
    assertThat(tables.servers().secondReplies()).isZero();
  }

  @Test
  void takesBackAMarkWhoseRuleWasDeletedWhenTheProcessDied() throws Exception {
    VirtualService marked = new VirtualService(ServiceKey.parse("fwm4:1"), "rr", Set.of(), 0, -1, 0, "", false, Timeouts.NONE, List.of(), List.of(), 1, 1);
    VirtualService web = service("rr", nat(1));
    apply(List.of(new MarkRule(MarkRuleKey.parse("1:10.0.0.100"), List.of(new PortRange(80, 80)), List.of(), List.of(), 1)), marked, web);
    startController();
    apply(marked, web);
    AppliedService address = applied.get(KEY);
    assertThat(serviceTable.find(address.requests(KEY)).index()).isEqualTo(address.index);
  }

  /** ip_vs_sched_persist(): the server's port counts where the packet's is the service's. */
  @Test
  void sendsToThePacketsPortWhereAPersistentServiceTakesEveryPort() throws Exception {
    ServiceKey mark = ServiceKey.parse("fwm4:1");
    VirtualService persistent = new VirtualService(mark, "rr", Set.of(), 60, -1, 0, "", false, Timeouts.NONE, List.of(nat(1)), List.of(), 1, 1);
    VirtualService other = new VirtualService(mark, "rr", Set.of(), 0, -1, 0, "", false, Timeouts.NONE, List.of(nat(1)), List.of(), 1, 2);
    apply(persistent);
    int slot = applied.get(mark).slots.get(nat(1).key()).index;
    int port = nat(1).port();
    assertThat(tables.servers().record(slot).port()).isEqualTo(port).isNotZero();
    assertThat(tables.servers().record(slot).toPort()).isZero();
    startController();
    assertThat(applied.get(mark).slots).containsOnlyKeys(nat(1).key());
    apply(persistent);
    assertThat(tables.servers().record(slot).toPort()).isZero();
    int epoch = objects.epochs().getInt(0);
    apply(other);
    assertThat(tables.servers().record(slot).toPort()).isEqualTo(port);
    assertThat(objects.epochs().getInt(0)).as("no cached decision counts any more").isNotEqualTo(epoch);
    assertThat(serviceTable.find(new Endpoint(Convert.wire(nat(1).address()), 0, 6, EndpointKind.SERVER, Family.IPV4, 0)))
        .as("replies of either kind are known").isNotNull();
  }

  @Test
  void refusesMarksThatTheServiceTableCannotHold() throws Exception {
    VirtualService marked = new VirtualService(ServiceKey.parse("fwm4:1"), "rr", Set.of(), 0, -1, 0, "", false, Timeouts.NONE,
        List.of(nat(1)), List.of(), 1, 1);
    int most = (int) tables.requests().markCapacity() - 3; // one VIP, two more replies of the one server
    apply(List.of(new MarkRule(MarkRuleKey.parse("1:10.0.0.100"), List.of(new PortRange(1, most)), List.of(), List.of(), 1)), marked);
    MarkRule tooMuch = new MarkRule(MarkRuleKey.parse("1:10.0.0.100"), List.of(new PortRange(1, most + 1)), List.of(), List.of(), 2);
    assertThatThrownBy(() -> apply(List.of(tooMuch), marked)).isInstanceOf(CapacityException.class)
        .hasMessageContaining("\"mark_entries\" is too small: " + (most + 4) + " entries needed").hasMessageContaining("--mark-entries");
  }
}
