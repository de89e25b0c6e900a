// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Capacities;
import io.xlvs.bpf.Conn;
import io.xlvs.bpf.Control;
import io.xlvs.bpf.Endpoint;
import io.xlvs.bpf.EndpointKind;
import io.xlvs.bpf.Family;
import io.xlvs.bpf.Flags;
import io.xlvs.bpf.Method;
import io.xlvs.bpf.Region;
import io.xlvs.bpf.Server;
import io.xlvs.bpf.Service;
import io.xlvs.bpf.State;
import io.xlvs.bpf.Stats;
import io.xlvs.bpf.SysctlFlag;
import io.xlvs.bpf.Tuple;
import io.xlvs.bpf.WireAddress;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.PersistentMap;
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.Sysctl;
import io.xlvs.controller.service.Sysctls;
import io.xlvs.controller.service.Timeouts;
import io.xlvs.controller.service.VirtualService;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What ends up in real maps, without packets, by a clock of the test's own. Needs root. */
class TablesTest extends ControllerOnMaps {
  @Test
  void aPlanLooksAtNothingButWhatDiffersFromWhatIsInForce() throws Exception {
    VirtualService one = service("rr", nat(1));
    VirtualService other = other("rr", nat(2));
    VirtualService third = third("rr", nat(3));
    apply(one, other, third);
    applied.get(KEY).service = null; // would be written anew, if it were looked at
    VirtualService changed = other("rr", nat(2), nat(4));
    Configuration inForce = reconciler.inForce().orElseThrow();
    Configuration next = inForce.next(9, Timeouts.DEFAULT, Sysctls.DEFAULT,
        inForce.services().with(changed.key(), changed).without(third.key()), PersistentMap.empty());
    Plan plan = planner.plan(reconciler.inForce(), next);
    assertThat(plan.changes).extracting(change -> change.service).containsExactly(changed);
    assertThat(plan.removals).containsExactly(applied.get(third.key()));
    planner.discard(plan);
    Plan full = planner.plan(Optional.empty(), next);
    assertThat(full.changes).extracting(change -> change.service).containsExactly(one, changed);
    assertThat(full.removals).containsExactly(applied.get(third.key()));
    planner.discard(full);
  }

  private VirtualService other(String scheduler, RealServer... servers) {
    return at(new ServiceKey.Endpoint(Protocol.TCP, KEY.address(), 81), scheduler, servers);
  }

  private VirtualService third(String scheduler, RealServer... servers) {
    return at(new ServiceKey.Endpoint(Protocol.TCP, KEY.address(), 82), scheduler, servers);
  }

  private VirtualService at(ServiceKey key, String scheduler, RealServer... servers) {
    return new VirtualService(key, scheduler, Set.of(), 0, 0, 0, "", false, Timeouts.NONE, List.of(servers), List.of(), 1, revision);
  }

  @Test
  void keepsARemovedServersSlotUntilItsConnectionsAreGoneAndAMinuteHasPassed() throws Exception {
    apply(service("rr", nat(1), nat(2)));
    ServerSlot slot = applied.get(KEY).slots.get(nat(1).key());
    load(slot.index, 1);
    apply(service("rr", nat(2)));
    Server removed = tables.servers().record(slot.index);
    assertThat(removed.flags()).as("no longer available").isZero();
    assertThat(removed.generation()).isEqualTo(slot.generation);
    assertThat(replies(nat(1))).as("its replies are still recognised").isTrue();
    pass(61);
    assertThat(applied.get(KEY).slots).as("a connection is open").containsKey(nat(1).key());
    load(slot.index, 0);
    pass(1);
    assertThat(applied.get(KEY).slots).doesNotContainKey(nat(1).key());
    assertThat(replies(nat(1))).isFalse();
    apply(service("rr", nat(3), nat(2)));
    ServerSlot reused = applied.get(KEY).slots.get(nat(3).key());
    assertThat(reused.index).isEqualTo(slot.index);
    assertThat(reused.generation).as("old connections are not its own").isEqualTo(slot.generation + 1);
  }

  @Test
  void givesAReturningServerItsSlotAndCountsItFromZeroWhileTheServiceKeepsTheSum() throws Exception {
    VirtualService both = service("rr", nat(1), nat(2));
    apply(both);
    ServerSlot slot = applied.get(KEY).slots.get(nat(1).key());
    count(slot.index, 7);
    apply(service("rr", nat(2)));
    pass(30);
    apply(service("rr", nat(2), nat(1)));
    assertThat(applied.get(KEY).slots.get(nat(1).key())).isSameAs(slot);
    assertThat(tables.servers().record(slot.index).flags()).isEqualTo(1);
    assertThat(tables.counters().server(slot.index).connections()).isZero();
    assertThat(total().connections()).isEqualTo(7);
    count(slot.index, 9);
    assertThat(tables.counters().server(slot.index).connections()).isEqualTo(2);
    assertThat(total().connections()).isEqualTo(9);
    pass(120);
    assertThat(applied.get(KEY).slots).as("a server in use is never freed").containsKey(nat(1).key());
  }

  @Test
  void freesAServiceWithItsLastSlotAndAllThatItHad() throws Exception {
    apply(service("mh", nat(1), nat(2)));
    AppliedService service = applied.get(KEY);
    assertThat(tables.rings().used()).isGreaterThanOrEqualTo(4093);
    apply();
    assertThat(serviceTable.find(service.requests(KEY))).isNull();
    assertThat(applied).containsKey(KEY);
    pass(61);
    assertThat(applied).isEmpty();
    assertThat(tables.services().used()).isZero();
    assertThat(tables.servers().used()).isZero();
    assertThat(serviceTable.size()).isZero();
    int all = Capacities.SMALL.ringEntries();
    assertThat(tables.rings().allocate(all)).as("the whole arena").isEqualTo(new Region(0, all));
  }

  @Test
  void findsEverythingInItsPlaceAfterARestart() throws Exception {
    VirtualService service = fullNat(List.of("10.9.0.1", "10.9.0.2"), nat(1), nat(2));
    apply(service);
    AppliedService before = applied.get(KEY);
    load(before.slots.get(nat(2).key()).index, 1);
    apply(fullNat(List.of("10.9.0.1", "10.9.0.2"), nat(1)));
    objects.serviceState().putLong(0, 5);
    byte[] services = bytes(objects.services());
    byte[] servers = bytes(objects.servers());
    byte[] rings = bytes(objects.rings());
    startController();
    assertThat(tables.rings().used()).as("one line of rings").isEqualTo(16);
    apply(fullNat(List.of("10.9.0.1", "10.9.0.2"), nat(1)));
    assertThat(bytes(objects.services())).isEqualTo(services);
    assertThat(bytes(objects.servers())).isEqualTo(servers);
    assertThat(bytes(objects.rings())).isEqualTo(rings);
    assertThat(objects.serviceState().getLong(0)).as("the scheduler goes on").isEqualTo(5);
    AppliedService after = applied.get(KEY);
    assertThat(after.slots.keySet()).isEqualTo(before.slots.keySet());
    assertThat(after.slots.get(nat(2).key()).available).isFalse();
    assertThat(after.localAddresses).isEqualTo(service.localAddresses());
  }

  @Test
  void tellsThePacketsOfAServicesOwnTimeouts() throws Exception {
    apply(new VirtualService(KEY, "rr", Set.of(), 0, 0, 0, "", false, new Timeouts(7, 8, 9), List.of(nat(1)), List.of(), 1, 1));
    Service record = tables.services().record(applied.get(KEY).index);
    int hz = objects.settings().jiffiesPerSecond();
    assertThat(List.of(record.tcpTimeoutJiffies(), record.tcpFinTimeoutJiffies(), record.udpTimeoutJiffies())).containsExactly(7 * hz, 8 * hz, 9 * hz);
  }

  @Test
  void tellsThePacketsOfEverySysctl() {
    tables.services().putSysctls(Sysctls.DEFAULT);
    int flags = Control.SYSCTLS;
    assertThat(objects.control().getInt(flags)).isEqualTo(SysctlFlag.REUSE.value());
    assertThat(objects.control().getInt(Control.LBLC_EXPIRATION)).isEqualTo(86400 * objects.settings().jiffiesPerSecond());
    Map<Sysctl, SysctlFlag> switches = Map.of(Sysctl.SLOPPY_TCP, SysctlFlag.SLOPPY_TCP, Sysctl.EXPIRE_NODEST_CONN, SysctlFlag.EXPIRE_NODEST,
        Sysctl.EXPIRE_QUIESCENT_TEMPLATE, SysctlFlag.EXPIRE_QUIESCENT, Sysctl.NAT_ICMP_SEND, SysctlFlag.NAT_ICMP);
    switches.forEach((sysctl, flag) -> {
      tables.services().putSysctls(Sysctls.DEFAULT.with(sysctl, "1").with(Sysctl.CONN_REUSE_MODE, "0"));
      assertThat(objects.control().getInt(flags)).as(sysctl.text()).isEqualTo(flag.value());
    });
    tables.services().putSysctls(Sysctls.DEFAULT.with(Sysctl.CONN_REUSE_MODE, "2").with(Sysctl.LBLCR_EXPIRATION, "7"));
    assertThat(objects.control().getInt(flags)).isEqualTo(Flags.of(SysctlFlag.REUSE, SysctlFlag.REUSE_FIN_WAIT));
    assertThat(objects.control().getInt(Control.LBLCR_EXPIRATION)).isEqualTo(7 * objects.settings().jiffiesPerSecond());
  }

  @Test
  void putsRightWhatAnInterruptedProcessLeftInTheServiceTable() throws Exception {
    apply(service("rr", nat(1)));
    Endpoint requests = applied.get(KEY).requests(KEY);
    Endpoint stray = AppliedService.local(IpAddress.parse("10.99.0.1"));
    serviceTable.apply(List.of(requests), List.of(stray));
    startController();
    assertThat(serviceTable.find(requests)).isEqualTo(requests);
    assertThat(serviceTable.find(stray)).isNull();
  }

  @Test
  void freesEarlyWhatNoConnectionNeedsAndHasCachedDecisionsMadeAnew() throws Exception {
    apply(service("rr", nat(1), nat(2), nat(3)));
    ServerSlot busy = applied.get(KEY).slots.get(nat(1).key());
    ServerSlot idle = applied.get(KEY).slots.get(nat(2).key());
    load(busy.index, 1);
    assertThat(reconciler.freeEarly()).as("nothing was removed").isFalse();
    apply(service("rr", nat(3)));
    pass(1);
    assertThat(applied.get(KEY).slots).as("they rest").hasSize(3);
    int epoch = objects.epochs().getInt(0);
    assertThat(reconciler.freeEarly()).isTrue();
    assertThat(applied.get(KEY).slots).containsOnlyKeys(nat(1).key(), nat(3).key());
    assertThat(objects.epochs().getInt(0)).isEqualTo(epoch + 1);
    assertThat(reconciler.freeEarly()).as("the rest is busy").isFalse();
    apply(service("rr", nat(4), nat(3)));
    ServerSlot reused = applied.get(KEY).slots.get(nat(4).key());
    assertThat(reused.index).isEqualTo(idle.index);
    assertThat(reused.generation).as("what still names the slot does not mean this server").isEqualTo(idle.generation + 1);
  }

  @Test
  void keepsALocalAddressWhileAConnectionNamesIt() throws Exception {
    apply(fullNat(List.of("10.9.0.1", "10.9.0.2"), nat(1)));
    int second = applied.get(KEY).locals.offset() + 1;
    WireAddress any = WireAddress.ofIpv4(1);
    Tuple client = new Tuple(any, any, 1000, 80, 6, Family.IPV4);
    Conn conn = new Conn(0, 0, 0, 0, 0, State.ESTABLISHED, Method.FULLNAT, 0, 0, any, 2000, 80, second, 0, 0, 0, 0);
    objects.connections().update(client, conn);
    apply(fullNat(List.of("10.9.0.1"), nat(1)));
    reconciler.freeLocals();
    assertThat(recognised("10.9.0.2")).isTrue();
    assertThat(tables.locals().used()).isEqualTo(3);
    objects.connections().delete(client);
    reconciler.freeLocals();
    assertThat(recognised("10.9.0.2")).isFalse();
    assertThat(recognised("10.9.0.1")).isTrue();
    assertThat(tables.locals().used()).isEqualTo(1);
  }

  @Test
  void goesOnWithTheServerThatIpvsWouldPickAfterAChange() throws Exception {
    apply(service("rr", nat(1), nat(2), nat(3)));
    objects.serviceState().putLong(0, 2); // picked: 3, then 2 (newest first)
    apply(service("rr", nat(1), nat(2), nat(3), nat(4)));
    assertThat(picks(3)).as("after 2 comes 1, then 4 and 3").containsExactly(1, 4, 3);
    apply(service("rr", nat(1), nat(2), nat(3), nat(4), nat(5)));
    assertThat(picks(2)).as("after 3 comes 2").containsExactly(2, 1);
  }

  /** The next servers by the service's counter and ring, which are advanced as the data plane does. */
  private List<Integer> picks(int count) {
    var ring = applied.get(KEY).ring;
    List<Integer> picked = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long counter = objects.serviceState().getAndAddLong(0, 1);
      int slot = objects.rings().getInt((ring.offset() + counter % ring.length()) * 4L);
      byte[] address = tables.servers().record(slot).address().bytes(Family.IPV4);
      picked.add((int) address[3]);
    }
    return picked;
  }

  private void load(int slot, int active) {
    objects.serverLoad().putInt(slot * 16L, active);
  }

  private void count(int slot, long connections) {
    objects.serverStats().putLong((long) slot * Stats.LAYOUT.size(), connections);
  }

  private Counters total() {
    AppliedService service = applied.get(KEY);
    return tables.counters().service(service.index, service.slots.values());
  }

  private boolean replies(RealServer server) {
    return serviceTable.find(new Endpoint(
        Convert.wire(server.address()), server.port(), 6, EndpointKind.SERVER, Family.IPV4, 0)) != null;
  }

  private boolean recognised(String local) {
    return serviceTable.find(AppliedService.local(IpAddress.parse(local))) != null;
  }

  private VirtualService fullNat(List<String> locals, RealServer... servers) {
    List<IpAddress> addresses = locals.stream().map(IpAddress::parse).toList();
    return new VirtualService(KEY, "rr", Set.of(), 0, 0, 0, "", false, Timeouts.NONE, List.of(servers), addresses, 1, revision);
  }

}
