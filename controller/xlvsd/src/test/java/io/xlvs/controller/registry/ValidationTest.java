// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.xlvs.controller.dataplane.FakeDataPlane;
import io.xlvs.controller.dataplane.Feature;
import io.xlvs.controller.registry.Problem.Kind;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.RealServerKey;
import io.xlvs.controller.service.SchedulerFlag;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.TunnelChecksum;
import io.xlvs.controller.service.TunnelType;
import io.xlvs.controller.service.VirtualService;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every rule, one wrong value at a time: the field, the value and the remedy are named. */
class ValidationTest {
  private static final Set<Feature> FEATURES = new FakeDataPlane().features();

  private static Arguments service(Kind kind, String field, String words, Consumer<Specs.Service> wrong) {
    return arguments(kind, field, words, wrong);
  }

  static Stream<Arguments> wrongServices() {
    return Stream.of(
        service(Kind.INVALID, "address", "\"128.24.170.256\" is not an IPv4 address", s -> s.address = "128.24.170.256"),
        service(Kind.INVALID, "address", "virtual address \"\" is not an address", s -> s.address = ""),
        service(Kind.INVALID, "port", "70000 is out of range: 0..65535", s -> s.port = 70000),
        service(Kind.INVALID, "port", "only for persistent services", s -> s.port = 0),
        service(Kind.INVALID, "protocol", "missing", s -> s.protocol = null),
        service(Kind.UNSUPPORTED, "protocol", "SCTP services are not supported", s -> s.protocol = Protocol.SCTP),
        service(Kind.INVALID, "firewall_mark", "either", s -> s.mark = 7),
        service(Kind.INVALID, "scheduler", "\"nosuch\" is not known: available are rr, wrr, lc, wlc, lblc, lblcr, dh, sh, sed, nq, fo, ovf, mh, twos", s -> s.scheduler = "nosuch"),
        service(Kind.INVALID, "scheduler", "\"RR\"", s -> s.scheduler = "RR"),
        service(Kind.INVALID, "scheduler_flags", "\"nosuch\" is not known", s -> s.flags = List.of("nosuch")),
        service(Kind.INVALID, "scheduler_flags", "sh-port does not go with scheduler rr", s -> s.flags = List.of("sh-port")),
        service(Kind.INVALID, "persistence_timeout_seconds", "2678401 is out of range: 0..2678400", s -> s.timeout = 2678401),
        service(Kind.INVALID, "persistence_prefix_length", "persistence_netmask would be right", s -> s.prefix = 64),
        service(Kind.INVALID, "persistence_netmask", "persistence_prefix_length would be right", s -> {
          s.address = "fd00::100";
          s.netmask = -256;
        }),
        service(Kind.INVALID, "persistence_prefix_length", "129 is out of range: 0..128", s -> {
          s.address = "fd00::100";
          s.prefix = 129;
        }),
        service(Kind.INVALID, "persistence_engine", "\"nosuch\" is not known", s -> s.engine = "nosuch"),
        service(Kind.UNSUPPORTED, "persistence_engine", "persistence engines are not supported", s -> s.engine = "sip"),
        service(Kind.INVALID, "tcp_timeout_seconds", "2147484 is out of range: 0..2147483", s -> s.tcpTimeout = 2147484),
        service(Kind.INVALID, "tcp_fin_timeout_seconds", "out of range", s -> s.tcpFinTimeout = -1),
        service(Kind.INVALID, "udp_timeout_seconds", "time-out 7 is of UDP and the service of TCP", s -> s.udpTimeout = 7),
        service(Kind.INVALID, "one_packet", "only for UDP services, not for TCP", s -> s.onePacket = true),
        service(Kind.UNSUPPORTED, "firewall_mark", "firewall-mark services are not supported", s -> {
          s.protocol = null;
          s.address = "";
          s.port = 0;
          s.mark = 7;
        }),
        service(Kind.INVALID, "firewall_mark", "4294967296 is out of range", s -> {
          s.protocol = null;
          s.address = "";
          s.port = 0;
          s.mark = 4294967296L;
        }));
  }

  @ParameterizedTest
  @MethodSource("wrongServices")
  void aWrongServiceIsRefusedByFieldValueAndRemedy(Kind kind, String field, String words, Consumer<Specs.Service> wrong) {
    Specs.Service service = new Specs.Service();
    wrong.accept(service);
    assertOneProblem(List.of(service.create()), kind, "virtual_service." + field, words);
  }

  private static Arguments server(Kind kind, String field, String words, Consumer<Specs.Server> wrong) {
    return arguments(kind, field, words, wrong);
  }

  static Stream<Arguments> wrongServers() {
    return Stream.of(
        server(Kind.INVALID, "address", "\"10.1.0.256\" is not an IPv4 address", s -> s.address = "10.1.0.256"),
        server(Kind.INVALID, "address", "0.0.0.0 is the unspecified address", s -> s.address = "0.0.0.0"),
        server(Kind.INVALID, "address", "\"010.1.0.1\" is not an IPv4 address: some programs read a number with a leading zero as octal",
            s -> s.address = "010.1.0.1"),
        server(Kind.INVALID, "address", "224.0.0.1 is a multicast address", s -> s.address = "224.0.0.1"),
        server(Kind.INVALID, "address", "255.255.255.255 is the broadcast address", s -> s.address = "255.255.255.255"),
        server(Kind.INVALID, "address", "fe80::1 is a link-local address", s -> s.address = "fe80::1"),
        server(Kind.INVALID, "address", "is IPv6 and the service IPv4, which NAT cannot bridge", s -> s.address = "fd01::11"),
        server(Kind.INVALID, "port", "65536 is out of range", s -> s.port = 65536),
        server(Kind.INVALID, "port", "DR cannot map ports: port 8080 differs from the service's port 80", s -> {
          s.method = ForwardingMethod.DR;
          s.port = 8080;
        }),
        server(Kind.INVALID, "port", "TUN cannot map ports", s -> {
          s.method = ForwardingMethod.TUN;
          s.port = 8080;
        }),
        server(Kind.INVALID, "weight", "2147483648 is out of range: 0..2147483647", s -> s.weight = 2147483648L),
        server(Kind.INVALID, "upper_threshold", "4294967295 is out of range", s -> s.upper = 4294967295L),
        server(Kind.INVALID, "lower_threshold", "10 is above the upper threshold 5", s -> {
          s.upper = 5;
          s.lower = 10;
        }),
        server(Kind.INVALID, "lower_threshold", "10 is above the upper threshold 0", s -> s.lower = 10),
        server(Kind.INVALID, "tunnel", "tunnel options are given for method DR", s -> {
          s.tunnel(TunnelType.IPIP, 0, TunnelChecksum.NONE);
          s.method = ForwardingMethod.DR;
        }),
        server(Kind.INVALID, "tunnel.port", "0 is out of range: 1..65535", s -> s.tunnel(TunnelType.GUE, 0, TunnelChecksum.NONE)),
        server(Kind.INVALID, "tunnel.port", "5 is given for IPIP", s -> s.tunnel(TunnelType.IPIP, 5, TunnelChecksum.NONE)),
        server(Kind.INVALID, "tunnel.port", "5 is given for GRE", s -> s.tunnel(TunnelType.GRE, 5, TunnelChecksum.NONE)),
        server(Kind.INVALID, "tunnel.checksum", "IPIP, which has no checksum", s -> s.tunnel(TunnelType.IPIP, 0, TunnelChecksum.FULL)),
        server(Kind.UNSUPPORTED, "tunnel.checksum", "REMOTE", s -> s.tunnel(TunnelType.GUE, 6080, TunnelChecksum.REMOTE)));
  }

  @ParameterizedTest
  @MethodSource("wrongServers")
  void aWrongServerIsRefusedByFieldValueAndRemedy(Kind kind, String field, String words, Consumer<Specs.Server> wrong) {
    Specs.Server server = new Specs.Server();
    wrong.accept(server);
    assertOneProblem(List.of(Specs.web(), server.create()), kind, "real_server." + field, words);
  }

  private static void assertOneProblem(List<Operation> operations, Kind kind, String field, String words) {
    Transaction transaction = take(FEATURES, operations);
    assertThat(transaction.problems()).singleElement().satisfies(problem -> {
      assertThat(problem.kind()).isEqualTo(kind);
      assertThat(problem.field()).isEqualTo(field);
      assertThat(problem.message()).contains(words).doesNotContain("\n");
      assertThat(problem.operation()).isEqualTo(operations.size() - 1);
    });
  }

  private static Transaction take(Set<Feature> features, List<Operation> operations) {
    Transaction transaction = new Transaction(Configuration.empty(), features);
    operations.forEach(transaction::take);
    return transaction;
  }

  private static VirtualService made(Operation... operations) {
    Transaction transaction = take(EnumSet.allOf(Feature.class), List.of(operations));
    assertThat(transaction.problems()).isEmpty();
    return transaction.build().services().values().iterator().next();
  }

  @Test
  void everyWrongFieldOfEveryOperationIsNamedAndNoOrphanIsInvented() {
    Specs.Service wrong = new Specs.Service();
    wrong.port = 70000;
    wrong.scheduler = "nosuch";
    wrong.flags = List.of("x", "y");
    Specs.Service persistentless = new Specs.Service();
    persistentless.address = "10.0.0.101";
    persistentless.scheduler = "nosuch";
    Specs.Server dependant = new Specs.Server();
    dependant.service = ServiceKey.parse("tcp:10.0.0.101:80");
    Transaction transaction = take(FEATURES, List.of(wrong.create(), persistentless.create(), dependant.create(), Specs.server("bad")));
    assertThat(transaction.problems()).extracting(Problem::operation, Problem::field).containsExactly(
        tuple(0, "virtual_service.port"),
        tuple(0, "virtual_service.scheduler"),
        tuple(0, "virtual_service.scheduler_flags"),
        tuple(0, "virtual_service.scheduler_flags"),
        tuple(1, "virtual_service.scheduler"),
        tuple(3, "parent"));
  }

  @ParameterizedTest
  @EnumSource(Feature.class)
  void whatNeedsAFeatureIsRefusedWithoutItAndTakenWithIt(Feature feature) {
    Specs.Service service = new Specs.Service();
    service.protocol = Protocol.UDP;
    Specs.Server server = new Specs.Server();
    server.service = ServiceKey.parse("udp:10.0.0.100:80");
    switch (feature) {
      case SCTP -> {
        service.protocol = Protocol.SCTP;
        server.service = ServiceKey.parse("sctp:10.0.0.100:80");
      }
      case FIREWALL_MARK -> {
        service.protocol = null;
        service.address = "";
        service.port = 0;
        service.mark = 4294967295L;
        server.service = ServiceKey.parse("fwm4:4294967295");
      }
      case PERSISTENCE -> service.timeout = 60;
      case PERSISTENCE_ENGINE -> service.engine = "sip";
      case ONE_PACKET -> service.onePacket = true;
      case THRESHOLDS -> server.upper = 5;
      case LEAST_CONNECTION -> service.scheduler = "";
      case TUNNEL_GUE -> server.tunnel(TunnelType.GUE, 6080, TunnelChecksum.NONE);
      case TUNNEL_GRE -> server.tunnel(TunnelType.GRE, 0, TunnelChecksum.NONE);
      case TUNNEL_CHECKSUM -> server.tunnel(TunnelType.GRE, 0, TunnelChecksum.FULL);
      case TUNNEL_MIXED_FAMILY -> {
        server.tunnel(TunnelType.IPIP, 0, TunnelChecksum.NONE);
        server.address = "fd01::11";
      }
    }
    Set<Feature> without = EnumSet.allOf(Feature.class);
    without.remove(feature);
    assertThat(take(without, List.of(service.create(), server.create())).problems())
        .isNotEmpty().allMatch(problem -> problem.kind() == Kind.UNSUPPORTED);
    assertThat(take(EnumSet.allOf(Feature.class), List.of(service.create(), server.create())).problems()).isEmpty();
  }

  @Test
  void defaultsAreIpvsadms() {
    Specs.Service service = new Specs.Service();
    service.scheduler = "";
    VirtualService made = made(service.create(), Specs.server("10.1.0.11"));
    assertThat(made.scheduler()).isEqualTo("wlc");
    assertThat(made.persistenceNetmask()).isEqualTo(-1);
    RealServer server = made.servers().get(0);
    assertThat(server.port()).isEqualTo(80);
    assertThat(server.lastWeight()).isEqualTo(1);
  }

  @Test
  void portZeroIsForPersistentServicesAndTheirServersKeepTheClientsPort() {
    Specs.Service service = new Specs.Service();
    service.port = 0;
    service.timeout = 60;
    Specs.Server server = new Specs.Server();
    server.service = ServiceKey.parse("tcp:10.0.0.100:0");
    server.method = ForwardingMethod.DR;
    assertThat(made(service.create(), server.create()).servers().get(0).port()).isZero();
  }

  /** IPVS takes those of IPv4; no packet for one ever comes in by an interface. */
  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "224.0.0.1", "239.255.255.255", "255.255.255.255", "127.0.0.1", "127.255.255.254", "::", "::1",
      "fe80::1", "ff02::1", "::ffff:10.0.0.1"})
  void anAddressThatNoPacketOnAWireCarriesIsNoVirtualAddress(String address) {
    Specs.Service service = new Specs.Service();
    service.address = address;
    assertOneProblem(List.of(service.create()), Kind.INVALID, "virtual_service.address", "virtual address " + address + " is ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.1.2.3", "240.0.0.1", "169.254.1.1", "fec0::1", "::1:1", "2001:db8::100"})
  void anyOtherUnicastAddressIs(String address) {
    Specs.Service service = new Specs.Service();
    service.address = address;
    assertThat(made(service.create()).key().toString()).contains(address);
  }

  @Test
  void genericFlagsOfShAreItsNamedOnes() {
    Specs.Service service = new Specs.Service();
    service.scheduler = "sh";
    service.flags = List.of("flag-1", "flag-2", "flag-3", "sh-port");
    assertThat(made(service.create()).schedulerFlags())
        .containsExactlyInAnyOrder(SchedulerFlag.SH_FALLBACK, SchedulerFlag.SH_PORT, SchedulerFlag.FLAG_3);
  }

  @Test
  void lastWeightOutlivesAQuiescedServer() {
    Specs.Server quiesced = new Specs.Server();
    quiesced.weight = 0;
    Specs.Server weighty = new Specs.Server();
    weighty.weight = 7;
    RealServerKey key = RealServerKey.parse("10.1.0.11:80");
    VirtualService made = made(Specs.web(), weighty.create(),
        new Operation.UpdateServer(Specs.WEB, key, quiesced.spec(), Set.of("weight"), ""));
    assertThat(made.servers().get(0).weight()).isZero();
    assertThat(made.servers().get(0).lastWeight()).isEqualTo(7);
  }

  @Test
  void mhTakesAsManyServersAsItsTableHasPlaces() {
    Specs.Service service = new Specs.Service();
    service.scheduler = "mh";
    Transaction transaction = take(FEATURES, List.of(service.create()));
    for (int i = 0; i < 4094; i++) {
      transaction.take(Specs.server("10.2." + i / 250 + "." + (1 + i % 250)));
    }
    assertThat(transaction.problems()).singleElement().satisfies(problem -> {
      assertThat(problem.operation()).isEqualTo(4094);
      assertThat(problem.message()).contains("at most 4093");
    });
  }
}
