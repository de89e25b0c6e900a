// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Flags;
import io.xlvs.bpf.ServiceFlag;
import java.net.InetAddress;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Persistence, {@code ipvsadm -p} and {@code -M}: the picks are those that a real IPVS made, 3 being the newest server. */
class PersistencePicksTest {
  private static final int PERSISTENT = Flags.of(ServiceFlag.PERSISTENT);
  private static final int SECONDS = 360;
  private static final InetAddress ONE_CLIENT = Bytes.address("255.255.255.255");
  private static final InetAddress ONE_CLIENT6 = Bytes.address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");

  private static ThreeServers persistent(int protocol) {
    ThreeServers servers = new ThreeServers(protocol, 80);
    servers.tables().persist(0, PERSISTENT, SECONDS, ONE_CLIENT);
    servers.tables().persist(1, PERSISTENT, SECONDS, ONE_CLIENT6);
    return servers;
  }

  private static String connect(ThreeServers servers, String client, int firstPort, int count) {
    return IntStream.range(firstPort, firstPort + count)
        .mapToObj(port -> String.valueOf(servers.establish(ThreeServers.tcp(client, port, 80))))
        .collect(Collectors.joining());
  }

  @Test
  void shouldSendAClientToTheServerThatItHadBefore() {
    try (ThreeServers servers = persistent(Protocol.TCP)) {
      assertThat(connect(servers, "10.0.0.2", 4000, 6)).isEqualTo("333333");
      assertThat(connect(servers, "10.0.0.20", 4000, 6)).isEqualTo("222222");
      assertThat(connect(servers, "10.0.0.2", 5000, 2)).isEqualTo("33");
      assertThat(connect(servers, "fd00::2", 4000, 3)).isEqualTo("333");
      assertThat(connect(servers, "fd00::20", 4000, 3)).isEqualTo("222");
    }
  }

  @Test
  void shouldSendDatagramsOfNewPortsToTheSameServer() {
    try (ThreeServers servers = persistent(Protocol.UDP)) {
      String picks = IntStream.range(4000, 4006)
          .mapToObj(port -> String.valueOf(servers.datagram(ThreeServers.udp("10.0.0.2", port, 80))))
          .collect(Collectors.joining());
      assertThat(picks).isEqualTo("333333");
    }
  }

  @Test
  void shouldTreatTheClientsUnderOneMaskAsOne() {
    try (ThreeServers servers = persistent(Protocol.TCP)) {
      servers.tables().persist(0, PERSISTENT, SECONDS, Bytes.address("255.255.255.240"));
      servers.tables().persist(1, PERSISTENT, SECONDS, Bytes.address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff0"));
      assertThat(eachOnce(servers, "10.0.0.", 20, 70)).isEqualTo("333333333333222222222222222211111111111111113333333");
      assertThat(eachOnce(servers, "fd00::", 20, 59)).isEqualTo("3333333333222222222211111111113333333333");
    }
  }

  private static String eachOnce(ThreeServers servers, String prefix, int first, int last) {
    return IntStream.rangeClosed(first, last)
        .mapToObj(number -> String.valueOf(servers.connect(ThreeServers.tcp(prefix + number, 4000, 80))))
        .collect(Collectors.joining());
  }

  @Test
  void shouldKeepTheServerAcrossThePortsOfAServiceOnEveryPort() {
    try (ThreeServers servers = new ThreeServers(Protocol.TCP, 0)) {
      servers.tables().persist(0, PERSISTENT | Flags.of(ServiceFlag.ANY_PORT), SECONDS, ONE_CLIENT);
      assertThat(portsInTurn(servers, "10.0.0.2")).isEqualTo("3333");
      assertThat(portsInTurn(servers, "10.0.0.20")).isEqualTo("2222");
    }
  }

  @Test
  void shouldPickForEachPortWhereTheServicesArePortsOfTheirOwn() {
    try (ThreeServers servers = new ThreeServers(Protocol.TCP, 80, 8080, 443)) {
      servers.tables().persist(0, PERSISTENT, SECONDS, ONE_CLIENT);
      servers.tables().persist(1, PERSISTENT, SECONDS, ONE_CLIENT);
      servers.connect(ThreeServers.tcp("10.0.0.9", 4000, 80));
      assertThat(portsInTurn(servers, "10.0.0.2")).isEqualTo("2332");
    }
  }

  private static String portsInTurn(ThreeServers servers, String client) {
    return IntStream.of(80, 8080, 443, 80)
        .mapToObj(port -> String.valueOf(servers.connect(ThreeServers.tcp(client, 4000 + port % 7 + port, port))))
        .collect(Collectors.joining());
  }

  @Test
  void shouldForgetAnIdleClientAfterItsTimeout() {
    try (ThreeServers servers = persistent(Protocol.UDP)) {
      assertThat(servers.datagram(ThreeServers.udp("10.0.0.2", 4000, 80))).isEqualTo('3');
      servers.tables().expireTemplates();
      assertThat(servers.datagram(ThreeServers.udp("10.0.0.2", 4001, 80))).as("not swept yet").isEqualTo('2');
      servers.tables().expireTemplates();
      servers.tables().sweep();
      assertThat(servers.tables().templates()).isEmpty();
      assertThat(servers.tables().load(ThreeServers.slot(0, 2)).persistent()).isZero();
      assertThat(servers.datagram(ThreeServers.udp("10.0.0.2", 4002, 80))).isEqualTo('1');
    }
  }

  @Test
  void shouldStartTheTimeoutAnewWithEachConnection() {
    try (ThreeServers servers = persistent(Protocol.UDP)) {
      servers.datagram(ThreeServers.udp("10.0.0.2", 4000, 80));
      long first = servers.tables().template().lastSeenJiffies();
      servers.tables().backdateTemplates(1000);
      assertThat(servers.datagram(ThreeServers.udp("10.0.0.2", 4001, 80))).isEqualTo('3');
      assertThat(servers.tables().template().lastSeenJiffies()).isGreaterThanOrEqualTo(first);
      assertThat(servers.tables().template().timeoutJiffies()).isEqualTo((long) SECONDS * DataPlane.JIFFIES_PER_SECOND);
    }
  }

  /** IPVS gives such a template another minute each time it runs out. */
  @Test
  void shouldKeepTheServerWhileAConnectionLives() {
    try (ThreeServers servers = persistent(Protocol.TCP)) {
      assertThat(servers.establish(ThreeServers.tcp("10.0.0.60", 4000, 80))).isEqualTo('3');
      assertThat(servers.tables().template().connections()).isEqualTo(1);
      servers.tables().expireTemplates();
      assertThat(servers.connect(ThreeServers.tcp("10.0.0.60", 4001, 80))).as("not swept yet").isEqualTo('3');
      servers.tables().expireTemplates();
      servers.tables().sweep();
      assertThat(servers.tables().template().timeoutJiffies()).isEqualTo(60L * DataPlane.JIFFIES_PER_SECOND);
      servers.establish(ThreeServers.tcp("10.0.0.60", 4010, 80));
      assertThat(servers.tables().template().timeoutJiffies()).as("for good").isEqualTo(60L * DataPlane.JIFFIES_PER_SECOND);
      assertThat(servers.connect(ThreeServers.tcp("10.0.0.60", 4002, 80))).isEqualTo('3');

      servers.tables().expireConnections();
      servers.tables().sweep();
      assertThat(servers.tables().template().connections()).isZero();
      assertThat(servers.connect(ThreeServers.tcp("10.0.0.60", 4003, 80))).as("its last minute").isEqualTo('3');
      servers.tables().expireTemplates();
      assertThat(servers.connect(ThreeServers.tcp("10.0.0.60", 4004, 80))).isEqualTo('2');
    }
  }

  @Test
  void shouldChooseAnewWhenTheServerIsRemoved() {
    try (ThreeServers servers = persistent(Protocol.TCP)) {
      assertThat(connect(servers, "10.0.0.62", 4000, 2)).isEqualTo("33");
      servers.tables().server(ThreeServers.slot(0, 3), "flags", 0);
      assertThat(connect(servers, "10.0.0.62", 5000, 3)).isEqualTo("222");
    }
  }

  @Test
  void shouldNotTakeAnotherServerInTheSameSlotForTheOldOne() {
    try (ThreeServers servers = persistent(Protocol.TCP)) {
      assertThat(connect(servers, "10.0.0.62", 4000, 2)).isEqualTo("33");
      servers.tables().server(ThreeServers.slot(0, 3), "generation", 2);
      assertThat(connect(servers, "10.0.0.62", 5000, 3)).isEqualTo("222");
    }
  }

  /** net.ipv4.vs.expire_quiescent_template = 0, the kernel's default. */
  @Test
  void shouldKeepAClientAtAServerOfWeightZero() {
    try (ThreeServers servers = persistent(Protocol.TCP)) {
      assertThat(connect(servers, "10.0.0.61", 4000, 1)).isEqualTo("3");
      servers.tables().server(ThreeServers.slot(0, 3), "weight", 0);
      assertThat(connect(servers, "10.0.0.61", 5000, 4)).isEqualTo("3333");
      assertThat(eachOnce(servers, "10.0.0.", 80, 85)).isEqualTo("212121");
    }
  }

  @Test
  void shouldKeepAClientAtAServerAboveItsThreshold() {
    try (ThreeServers servers = persistent(Protocol.TCP)) {
      servers.tables().server(ThreeServers.slot(0, 3), "upper_threshold", 2);
      assertThat(connect(servers, "10.0.0.61", 5000, 4)).isEqualTo("3333");
      assertThat(eachOnce(servers, "10.0.0.", 80, 85)).isEqualTo("212121");
    }
  }
}
