// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What clients notice when xlvsd dies, comes back, or is started twice: nothing. */
@Tag("end-to-end")
class DaemonTest {
  private static final long DOWNLOAD_BYTES = 40_000_000;

  /** Until the restart is over: so slow that it fits in on any machine. */
  private static final long BYTES_PER_SECOND = 100_000;
  private static final int UDP_PORT = 9_100;

  @RegisterExtension static final LabExtension LAB = new LabExtension(LabOptions.DEFAULT);

  @Test
  void downloadsSurviveKillAndRestartWhichChangeNothing() throws IOException {
    String rules = LAB.director().lbctl("-S", "-n");
    List<String> listing = listing();
    assertThat(rules.lines()).hasSizeGreaterThan(2 * Mode.values().length * Family.values().length * Family.SERVERS);
    assertThat(listing).hasSizeGreaterThan(2 * Mode.values().length * Family.values().length * Family.SERVERS);
    CountDownLatch fullSpeed = new CountDownLatch(1);
    Map<String, Future<Long>> downloads = new LinkedHashMap<>();
    for (Mode mode : Mode.values()) {
      for (Family family : Family.values()) {
        downloads.put(mode + " " + family,
            LAB.client().download(mode.vip(family), Mode.HTTP_PORT, DOWNLOAD_BYTES, BYTES_PER_SECOND, fullSpeed));
      }
    }
    List<String> datagrams = datagrams();

    LAB.director().kill();
    assertThat(downloads.values()).as("downloads after the kill").noneMatch(Future::isDone);
    assertThat(LAB.director().attemptInstalled("", "-Ln").status()).as("lbctl without xlvsd").isNotZero();
    allModesAnswer();
    assertThat(datagrams()).as("UDP without xlvsd").isEqualTo(datagrams);
    LAB.director().start();
    assertThat(downloads.values()).as("downloads after the restart").noneMatch(Future::isDone);

    assertThat(LAB.director().lbctl("-S", "-n")).isEqualTo(rules);
    assertThat(listing()).isEqualTo(listing);
    assertThat(datagrams()).as("UDP after the restart").isEqualTo(datagrams);
    allModesAnswer();
    fullSpeed.countDown();
    for (Map.Entry<String, Future<Long>> download : downloads.entrySet()) {
      assertThat(Client.result(download.getValue())).as(download.getKey()).isEqualTo(DOWNLOAD_BYTES);
    }
  }

  @Test
  void aRollbackAfterAKillBringsBackWhatWasAndOpenConnectionsGoOn() throws IOException {
    String rules = LAB.director().lbctl("-S", "-n");
    String revision = LAB.director().lbctl("history").lines().skip(1).findFirst().orElseThrow().strip().split(" ")[0];
    CountDownLatch fullSpeed = new CountDownLatch(1);
    Future<Long> download = LAB.client().download(
        Mode.NAT.vip(Family.IPV4), Mode.HTTP_PORT, DOWNLOAD_BYTES, BYTES_PER_SECOND, fullSpeed);
    String dr = Family.IPV4.withPort(Mode.DR.vip(Family.IPV4), Mode.HTTP_PORT);
    LAB.director().lbctl("-D", "-t", Family.IPV6.withPort(Mode.TUN.vip(Family.IPV6), Mode.HTTP_PORT));
    LAB.director().lbctl("-d", "-t", dr, "-r", Family.IPV4.withPort(Family.IPV4.server(2), Mode.HTTP_PORT));
    assertThatThrownBy(() -> LAB.client().get(Mode.TUN.vip(Family.IPV6), Mode.HTTP_PORT)).isInstanceOf(IOException.class);

    LAB.director().kill();
    LAB.director().start();
    assertThat(LAB.director().lbctl("diff", revision).lines()).filteredOn(line -> line.startsWith("- ")).hasSize(2 + Family.SERVERS);
    LAB.director().lbctl("rollback", revision);

    assertThat(LAB.director().lbctl("-S", "-n").lines()).containsExactlyInAnyOrderElementsOf(rules.lines().toList());
    allModesAnswer();
    fullSpeed.countDown();
    assertThat(Client.result(download)).isEqualTo(DOWNLOAD_BYTES);
  }

  @Test
  void aStopIsCleanAndTrafficGoesOnWithoutADaemon() throws IOException {
    assertThat(LAB.director().stop()).isZero();
    allModesAnswer();
    LAB.director().start();
    allModesAnswer();
  }

  @Test
  void aSecondDaemonOnTheSameStateDirectoryIsRefusedByName() throws IOException {
    Command.Result second = LAB.director().startSecond();

    assertThat(second.status()).isEqualTo(1);
    assertThat(second.err().lines()).hasSize(1);
    assertThat(second.err()).contains(LAB.director().socket().resolveSibling("state").toString()).contains(Long.toString(LAB.director().pid()));
    allModesAnswer();
    assertThat(LAB.director().lbctl("-Ln")).contains(Mode.NAT.vip(Family.IPV4));
  }

  /** One datagram of each mode and family, always from the same port: which server answered, and what it took for the client. */
  private static List<String> datagrams() throws IOException {
    List<String> answers = new ArrayList<>();
    for (Mode mode : Mode.values()) {
      for (Family family : Family.values()) {
        Answer answer = LAB.client().echoFrom(UDP_PORT, mode.vip(family), Mode.ECHO_PORT);
        answers.add(mode + " " + answer.server() + " " + answer.clientAddress() + " " + answer.clientPort());
      }
    }
    return answers;
  }

  private static void allModesAnswer() throws IOException {
    for (Mode mode : Mode.values()) {
      for (Family family : Family.values()) {
        assertThat(LAB.client().get(mode.vip(family), Mode.HTTP_PORT).saw(family.client())).as("%s %s", mode, family).isTrue();
      }
    }
  }

  /** `lbctl -Ln` without the two columns that count connections, which come and go. */
  private static List<String> listing() {
    return LAB.director().lbctl("-Ln").lines()
        .map(line -> line.startsWith("  -> ") ? line.replaceFirst("\\s+\\d+\\s+\\d+\\s*$", "") : line)
        .collect(Collectors.toList());
  }
}
