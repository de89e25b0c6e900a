// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What every mode does in every kind of lab. */
@Tag("end-to-end")
abstract class ForwardingCases {
  private static final long DOWNLOAD_BYTES = 200_000_000;

  /** The kind of lab. */
  abstract LabExtension lab();

  /** As `lbctl status` shows it. */
  abstract String attachMode();

  @Test
  void theDataPlaneIsAttachedToBothInterfacesAsAsked() {
    assertThat(lab().director().lbctl("status").lines().filter(line -> line.startsWith("eth")).map(line -> line.split("\\s+")[1]))
        .containsExactly(attachMode(), attachMode());
  }

  static Stream<Arguments> modesAndFamilies() {
    return Arrays.stream(Mode.values()).flatMap(mode -> Arrays.stream(Family.values()).map(family -> Arguments.of(mode, family)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("modesAndFamilies")
  void tcpRequestsGoRoundTheServersWhichSeeTheClientsTrueAddress(Mode mode, Family family) throws IOException {
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < 4 * Family.SERVERS; i++) {
      answers.add(lab().client().get(mode.vip(family), Mode.HTTP_PORT));
    }
    assertThat(perServer(answers)).isEqualTo(Map.of("rs1", 4, "rs2", 4, "rs3", 4));
    assertThat(answers).allMatch(answer -> answer.saw(family.client()));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("modesAndFamilies")
  void datagramsGoRoundTheServersWhichSeeTheClientOrTheLocalAddressOfFullnat(Mode mode, Family family) throws IOException {
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < 4 * Family.SERVERS; i++) {
      answers.add(lab().client().echo(mode.vip(family), Mode.ECHO_PORT));
    }
    assertThat(perServer(answers)).isEqualTo(Map.of("rs1", 4, "rs2", 4, "rs3", 4));
    if (mode == Mode.FULLNAT) {
      List<InetAddress> local = new ArrayList<>();
      for (String address : family.localAddresses()) {
        local.add(InetAddress.getByName(address));
      }
      assertThat(answers).extracting(Answer::clientAddress).containsOnlyElementsOf(local);
    } else {
      assertThat(answers).allMatch(answer -> answer.saw(family.client()));
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("modesAndFamilies")
  void aLargeDownloadIsCompleteAndCrossesTheDirectorOnlyInNatAndFullnat(Mode mode, Family family) throws IOException {
    long before = sentToClientsBytes();
    assertThat(Client.result(lab().client().download(mode.vip(family), Mode.HTTP_PORT, DOWNLOAD_BYTES))).isEqualTo(DOWNLOAD_BYTES);
    long sent = sentToClientsBytes() - before;
    if (mode.repliesDirectly()) {
      assertThat(sent).isLessThan(DOWNLOAD_BYTES / 1000);
      assertThat(packetsOut(mode, family)).isZero();
    } else {
      assertThat(sent).isGreaterThan(DOWNLOAD_BYTES);
      assertThat(packetsOut(mode, family)).isPositive();
    }
  }

  /** What the director has put on the front network, counted by the other end of its wire. */
  private long sentToClientsBytes() {
    String line = lab().lab().topology().bridges().run("cat", "/proc/net/dev").lines()
        .filter(text -> text.strip().startsWith("director-front:")).findFirst().orElseThrow();
    return Long.parseLong(line.substring(line.indexOf(':') + 1).trim().split("\\s+")[0]);
  }

  /** OutPkts of a mode's TCP service, by lbctl. */
  private long packetsOut(Mode mode, Family family) {
    return figure(mode, family, 4);
  }

  /** A column of `lbctl --stats` for a mode's TCP service: Conns is 2, then InPkts, OutPkts, InBytes, OutBytes. */
  long figure(Mode mode, Family family, int column) {
    String service = family.withPort(mode.vip(family), Mode.HTTP_PORT);
    String line = lab().director().lbctl("-Ln", "--stats", "--exact", "-t", service).lines()
        .filter(text -> text.startsWith("TCP ")).findFirst().orElseThrow();
    return Long.parseLong(line.trim().split("\\s+")[column]);
  }

  static Map<String, Integer> perServer(List<Answer> answers) {
    Map<String, Integer> counts = new HashMap<>();
    answers.forEach(answer -> counts.merge(answer.server(), 1, Integer::sum));
    return counts;
  }
}
