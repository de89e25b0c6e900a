// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Load;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Connection thresholds, {@code ipvsadm -x} and {@code -y}: no new connections from the upper one on, until fewer than the
 * lower one are left; without a lower one, three quarters of the upper. The picks are those of a real IPVS.
 */
class ThresholdTest {
  private static final String CLIENT = "10.0.0.2";

  private ThreeServers servers;
  private int port = 4000;

  @BeforeEach
  void load() {
    servers = new ThreeServers(Protocol.TCP, 443);
  }

  @AfterEach
  void unload() {
    servers.close();
  }

  private void thresholds(int upper, int lower) {
    for (int number = 1; number <= 3; number++) {
      servers.tables().server(ThreeServers.slot(0, number), "upper_threshold", upper);
      servers.tables().server(ThreeServers.slot(0, number), "lower_threshold", lower);
    }
  }

  private Connection.Tuple client(int clientPort) {
    return ThreeServers.tcp(CLIENT, clientPort, 443);
  }

  private String connect(int count) {
    return IntStream.range(0, count)
        .mapToObj(n -> String.valueOf(servers.establish(client(port++))))
        .collect(Collectors.joining());
  }

  private Load load(int number) {
    return servers.tables().load(ThreeServers.slot(0, number));
  }

  private void vanish(int clientPort) {
    servers.tables().expire(client(clientPort));
    servers.tables().sweep();
  }

  @Test
  void shouldRefuseFromTheUpperThresholdUntilBelowTheLower() {
    thresholds(3, 2);
    assertThat(connect(12)).isEqualTo("321321321XXX");
    for (int closed = 0; closed < 3; closed++) {
      servers.segment(client(4000 + 3 * closed), Tcp.FIN | Tcp.ACK);
      assertThat(load(3)).isEqualTo(new Load(2 - closed, closed + 1, 0, 1));
      assertThat(connect(1)).as("closed ones count until they are gone").isEqualTo("X");
    }
    for (int closed = 0; closed < 3; closed++) {
      vanish(4000 + 3 * closed);
    }
    assertThat(load(3)).isEqualTo(new Load(0, 0, 0, 0));
    assertThat(connect(4)).isEqualTo("333X");
  }

  @Test
  void shouldTakeTheServerBackWhenFewerThanTheLowerThresholdAreLeft() {
    thresholds(4, 2);
    assertThat(connect(13)).isEqualTo("321321321321X");
    vanish(4000);
    vanish(4003);
    assertThat(load(3)).as("two are not fewer than two").isEqualTo(new Load(2, 0, 0, 1));
    assertThat(connect(1)).isEqualTo("X");
    vanish(4006);
    assertThat(load(3)).isEqualTo(new Load(1, 0, 0, 0));
    assertThat(connect(4)).isEqualTo("333X");
  }

  @Test
  void shouldTakeThreeQuartersOfTheUpperForAMissingLowerThreshold() {
    thresholds(4, 0);
    assertThat(connect(13)).isEqualTo("321321321321X");
    vanish(4000);
    assertThat(load(3)).as("three are not fewer than three quarters of four").isEqualTo(new Load(3, 0, 0, 1));
    assertThat(connect(1)).isEqualTo("X");
    vanish(4003);
    assertThat(load(3)).isEqualTo(new Load(2, 0, 0, 0));
    assertThat(connect(3)).isEqualTo("33X");
  }

  @Test
  void shouldRefuseNobodyWithoutAnUpperThreshold() {
    thresholds(0, 1);
    assertThat(connect(30)).isEqualTo("321".repeat(10));
  }

  @Test
  void shouldTakeTheServerBackWhenTheUpperThresholdGoes() {
    thresholds(1, 0);
    assertThat(connect(4)).isEqualTo("321X");
    thresholds(0, 0);
    servers.tables().sweep();
    assertThat(connect(3)).contains("3", "2", "1");
  }

  @Test
  void shouldKeepServingTheConnectionsThatAreThere() {
    thresholds(1, 0);
    assertThat(connect(4)).isEqualTo("321X");
    assertThat(servers.segment(client(4000), Tcp.ACK | Tcp.PSH)).isEqualTo('3');
    assertThat(servers.segment(client(4001), Tcp.FIN | Tcp.ACK)).isEqualTo('2');
  }
}
