// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** lbctl as an operator types it, against a director with traffic. */
@Tag("end-to-end")
class RulesTest {
  @RegisterExtension static final LabExtension LAB = new LabExtension(LabOptions.DEFAULT);

  @Test
  void savedRulesAreRestoredWordForWordAndForwardAgain() throws IOException {
    String rules = LAB.director().lbctl("-S", "-n");
    assertThat(rules.lines().filter(line -> line.startsWith("-a "))).hasSize(2 * Mode.values().length * Family.values().length * Family.SERVERS);

    LAB.director().lbctl("-C");
    assertThat(LAB.director().lbctl("-S", "-n")).isEmpty();
    try {
      assertThat(LAB.client().get(Mode.FULLNAT.vip(Family.IPV4), Mode.HTTP_PORT)).as("answer of a service that is gone").isNull();
    } catch (IOException refused) {
      assertThat(refused).hasMessageContaining(Mode.FULLNAT.vip(Family.IPV4));
    }
    Command.Result restored = LAB.director().attempt(rules, "-R");
    assertThat(restored.status()).as(restored.err()).isZero();

    assertThat(LAB.director().lbctl("-S", "-n")).isEqualTo(rules);
    for (Mode mode : Mode.values()) {
      for (Family family : Family.values()) {
        assertThat(LAB.client().get(mode.vip(family), Mode.HTTP_PORT).saw(family.client())).as("%s %s", mode, family).isTrue();
        assertThat(LAB.client().echo(mode.vip(family), Mode.ECHO_PORT).server()).startsWith("rs");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Family.class)
  void aClientMayTakeAPortAgainForAnotherServiceOfTheSameServer(Family family) throws IOException {
    String vip = Mode.NAT.vip(family);
    List<Integer> ports = List.of(81, 82);
    for (int port : ports) {
      LAB.director().lbctl("-A", "-t", family.withPort(vip, port), "-s", "rr");
      LAB.director().lbctl("-a", "-t", family.withPort(vip, port), "-r", family.withPort(family.server(1), 8080), "-m");
    }
    try {
      for (int i = 0; i < 6; i++) {
        assertThat(LAB.client().getFrom(9_000, vip, ports.get(i % 2)).saw(family.client())).isTrue();
      }
    } finally {
      for (int port : ports) {
        LAB.director().lbctl("-D", "-t", family.withPort(vip, port));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Family.class)
  void aServiceOnEveryPortKeepsAClientAtOneServer(Family family) throws IOException {
    String vip = Mode.NAT.vip(family);
    String service = family.withPort(vip, 0);
    LAB.director().lbctl("-A", "-t", service, "-s", "rr", "-p", "60");
    try {
      for (int number = 1; number <= Family.SERVERS; number++) {
        LAB.director().lbctl("-a", "-t", service, "-r", family.withPort(family.server(number), 0), "-m");
      }
      Set<String> servers = new TreeSet<>();
      for (int port : List.of(8080, 81, 82, 8080)) {
        Answer answer = LAB.client().get(vip, port);
        assertThat(answer.saw(family.client())).isTrue();
        servers.add(answer.server());
      }
      assertThat(servers).hasSize(1);
    } finally {
      LAB.director().lbctl("-D", "-t", service);
    }
  }

  @ParameterizedTest
  @EnumSource(Family.class)
  void eachDatagramOfAOnePacketServiceIsScheduledAnew(Family family) throws IOException {
    String service = family.withPort(Mode.NAT.vip(family), 9001);
    LAB.director().lbctl("-A", "-u", service, "-s", "rr", "-o");
    try {
      for (int number = 1; number <= Family.SERVERS; number++) {
        LAB.director().lbctl("-a", "-u", service, "-r", family.withPort(family.server(number), Mode.NAT.serverEchoPort()), "-m");
      }
      List<Answer> answers = LAB.client().echoes(Mode.NAT.vip(family), 9001, 2 * Family.SERVERS);
      assertThat(ForwardingCases.perServer(answers)).isEqualTo(Map.of("rs1", 2, "rs2", 2, "rs3", 2));
      assertThat(answers).allMatch(answer -> answer.saw(family.client()));
    } finally {
      LAB.director().lbctl("-D", "-u", service);
    }
  }

  @Test
  void aBadLineRefusesTheWholeRestoreAndChangesNothing() {
    String rules = LAB.director().lbctl("-S", "-n");

    Command.Result refused = LAB.director().attempt("-A -t 10.0.0.120:80 -s rr\n-a -t 10.0.0.120:80 -r 10.1.0.256:80 -m\n", "-R");

    assertThat(refused.status()).isNotZero();
    assertThat(refused.err()).contains("10.1.0.256");
    assertThat(LAB.director().lbctl("-S", "-n")).isEqualTo(rules);
  }

  @Test
  void aServerOfWeightZeroGetsNoNewConnections() throws IOException {
    String service = "10.0.0.100:81";
    LAB.director().lbctl("-A", "-t", service, "-s", "wrr");
    try {
      LAB.director().lbctl("-a", "-t", service, "-r", "10.1.0.11:8080", "-m", "-w", "0");
      LAB.director().lbctl("-a", "-t", service, "-r", "10.1.0.12:8080", "-m", "-w", "1");
      for (int i = 0; i < 10; i++) {
        assertThat(LAB.client().get("10.0.0.100", 81).server()).isEqualTo("rs2");
      }
      LAB.director().lbctl("-e", "-t", service, "-r", "10.1.0.11:8080", "-m", "-w", "1");
      LAB.director().lbctl("-e", "-t", service, "-r", "10.1.0.12:8080", "-m", "-w", "0");
      assertThat(LAB.client().get("10.0.0.100", 81).server()).isEqualTo("rs1");
    } finally {
      LAB.director().lbctl("-D", "-t", service);
    }
  }
}
