// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xlvs.controller.dataplane.FakeDataPlane;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.MarkRule;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.RealServerKey;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.VirtualService;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Going back to a revision. */
class RollbackTest {
  private final FakeDataPlane dataPlane = new FakeDataPlane();
  private final MemoryStore store = new MemoryStore();
  private ServiceRegistry registry;

  @BeforeEach
  void start() throws Exception {
    registry = new ServiceRegistry(dataPlane, store);
  }

  private Configuration apply(Operation... operations) throws Exception {
    return registry.apply(List.of(operations), 0, false);
  }

  /** What a configuration says, without revisions. */
  private static List<Object> contents(Configuration configuration) {
    Map<ServiceKey, Object> services = new LinkedHashMap<>();
    configuration.services().values().stream().sorted(Comparator.comparing(service -> service.key().text()))
        .forEach(service -> services.put(service.key(), contents(service)));
    List<MarkRule> rules = configuration.markRules().values().stream()
        .map(rule -> new MarkRule(rule.key(), rule.tcpPorts(), rule.udpPorts(), rule.sctpPorts(), 0))
        .sorted(Comparator.comparing(rule -> rule.key().text())).toList();
    return List.of(services, rules, configuration.timeouts(), configuration.sysctls());
  }

  private static VirtualService contents(VirtualService service) {
    List<RealServer> servers = service.servers().stream().map(server -> new RealServer(server.address(), server.port(), server.method(),
        server.weight(), server.lastWeight(), server.upperThreshold(), server.lowerThreshold(), server.tunnel(), 0)).toList();
    List<IpAddress> addresses = service.localAddresses().stream().sorted(Comparator.comparing(IpAddress::toString)).toList();
    return new VirtualService(service.key(), service.scheduler(), service.schedulerFlags(), service.persistenceTimeoutSeconds(),
        service.persistenceNetmask(), service.persistencePrefixLength(), service.persistenceEngine(), service.onePacket(),
        service.timeouts(), servers, addresses, 0, 0);
  }

  @Test
  void whatIsAlikeIsNotTouched() throws Exception {
    Specs.Service other = new Specs.Service();
    other.address = "10.0.0.101";
    apply(Specs.web(), Specs.server("10.1.0.11"), other.create());
    VirtualService untouched = registry.current().service(ServiceKey.parse("tcp:10.0.0.101:80")).orElseThrow();
    apply(new Operation.DeleteServer(Specs.WEB, new RealServerKey(IpAddress.parse("10.1.0.11"), 80), ""));

    ServiceRegistry.Preview preview = registry.rollBack(1, 2, true);
    assertThat(registry.current().revision()).isEqualTo(2);
    assertThat(preview.after().serverCount()).isEqualTo(1);
    Configuration after = registry.rollBack(1, 2, false).after();
    assertThat(after.revision()).isEqualTo(3);
    assertThat(contents(after)).isEqualTo(contents(store.written.get(0)));
    assertThat(dataPlane.held()).isSameAs(after);
    assertThat(after.service(untouched.key())).containsSame(untouched);
    assertThat(after.service(Specs.WEB).orElseThrow().createRevision()).as("its connections go on").isEqualTo(1);
  }

  @Test
  void nothingToChangeTakesNoRevision() throws Exception {
    apply(Specs.web());
    assertThat(registry.rollBack(1, 0, false).after()).extracting(Configuration::services).isEqualTo(registry.current().services());
    assertThat(registry.current().revision()).isEqualTo(1);
    assertThat(store.written).hasSize(1);
  }

  @Test
  void theOrderOfServersIsThatOfTheRevision() throws Exception {
    apply(Specs.web(), Specs.server("10.1.0.11"), Specs.server("10.1.0.12"), Specs.server("10.1.0.13"));
    apply(new Operation.DeleteServer(Specs.WEB, new RealServerKey(IpAddress.parse("10.1.0.12"), 80), ""));
    assertThat(registry.rollBack(1, 0, false).after().service(Specs.WEB).orElseThrow().servers())
        .extracting(server -> server.address().toString()).containsExactly("10.1.0.11", "10.1.0.12", "10.1.0.13");
  }

  @Test
  void aServiceThatCannotBecomeWhatItWasIsMadeAnew() throws Exception {
    Specs.Service ring = new Specs.Service();
    ring.scheduler = "sh";
    ring.flags = List.of("ring-first");
    apply(ring.create());
    apply(new Operation.DeleteService(Specs.WEB, ""), Specs.web());
    VirtualService after = registry.rollBack(1, 0, false).after().service(Specs.WEB).orElseThrow();
    assertThat(after.isRingFirst()).isTrue();
    assertThat(after.createRevision()).isEqualTo(3);
  }

  @Test
  void aQuiescedServerKeepsThePlacesThatItHad() throws Exception {
    apply(Specs.web(), Specs.server("10.1.0.11"));
    Specs.Server quiesced = new Specs.Server();
    quiesced.weight = 0;
    RealServerKey key = new RealServerKey(IpAddress.parse("10.1.0.11"), 80);
    apply(new Operation.UpdateServer(Specs.WEB, key, quiesced.spec(), Set.of("weight"), ""));
    apply(new Operation.Flush());
    RealServer after = registry.rollBack(2, 0, false).after().service(Specs.WEB).orElseThrow().servers().get(0);
    assertThat(after.weight()).isZero();
    assertThat(after.lastWeight()).isEqualTo(1);
  }

  @Test
  void aRevisionThatIsNotKeptIsNamedWithThoseThatAre() throws Exception {
    apply(Specs.web());
    assertThatThrownBy(() -> registry.rollBack(7, 0, false)).isInstanceOf(RefusedException.class)
        .hasMessage("revision 7 is not kept: revisions 1 to 1 are");
    assertThatThrownBy(() -> registry.rollBack(1, 9, false)).isInstanceOf(RevisionException.class);
  }

  /** Any two revisions of any history: back, and forth again. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyRevisionCanBeGoneBackTo(long seed) throws Exception {
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      change(random);
    }
    int made = store.written.size();
    assertThat(made).isGreaterThan(20);
    for (int i = 0; i < 60; i++) {
      Configuration wanted = store.written.get(random.nextInt(made));
      Configuration after = registry.rollBack(wanted.revision(), registry.current().revision(), false).after();
      assertThat(contents(after)).isEqualTo(contents(wanted));
      assertThat(dataPlane.held().services()).isEqualTo(registry.current().services());
    }
  }

  /** One transaction of a few random operations; one that is refused changes nothing. */
  private void change(Random random) throws Exception {
    List<Operation> operations = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(3); i++) {
      operations.add(operation(random));
    }
    try {
      registry.apply(operations, 0, false);
    } catch (RefusedException e) {
      // Deletes what is not there, or makes what is.
    }
  }

  private static Operation operation(Random random) {
    Specs.Service service = new Specs.Service();
    service.address = "10.0.0." + (100 + random.nextInt(4));
    service.scheduler = List.of("rr", "wlc", "mh", "sh").get(random.nextInt(4));
    service.flags = service.scheduler.equals("mh") && random.nextBoolean() ? List.of("mh-port") : List.of();
    service.timeout = random.nextBoolean() ? 0 : 300;
    ServiceKey key = ServiceKey.parse("tcp:" + service.address + ":80");
    Specs.Server server = new Specs.Server();
    server.service = key;
    server.address = "10.1.0." + (11 + random.nextInt(5));
    server.method = ForwardingMethod.values()[random.nextInt(ForwardingMethod.values().length)];
    server.weight = random.nextInt(4);
    RealServerKey serverKey = new RealServerKey(IpAddress.parse(server.address), 80);
    String local = "10.1.0." + (201 + random.nextInt(3));
    return switch (random.nextInt(16)) {
      case 0, 1, 2 -> service.create();
      case 3 -> new Operation.UpdateService(key, service.spec(), Set.of(), "");
      case 4 -> new Operation.DeleteService(key, "");
      case 5, 6, 7, 8 -> server.create();
      case 9 -> new Operation.UpdateServer(key, serverKey, server.spec(), Set.of(), "");
      case 10 -> new Operation.DeleteServer(key, serverKey, "");
      case 11 -> new Operation.CreateLocalAddress(key, local);
      case 12 -> new Operation.DeleteLocalAddress(key, local);
      case 13 -> new Operation.UpdateTimeouts(1 + random.nextInt(900), 0, 0);
      case 14 -> new Operation.UpdateSysctls(List.of(new Operation.UpdateSysctls.Setting("sloppy_tcp", "" + random.nextInt(2))));
      default -> new Operation.UpdateMarkRule(new MarkRuleSpec(1 + random.nextInt(3), "10.0.1.0/24",
          List.of(new MarkRuleSpec.Ports(80 + random.nextInt(2), 0)), List.of(), List.of()), true, "");
    };
  }
}
