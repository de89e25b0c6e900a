// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What clients notice when xlvsd dies, comes back, or is started twice: nothing. */
@Tag("end-to-end")
class DaemonTest {
  private static final long DOWNLOAD_BYTES = 200_000_000;

  /** So slow that a kill and a restart fit in. */
  private static final long BYTES_PER_SECOND = 10_000_000;

  @RegisterExtension static final LabExtension LAB = new LabExtension(LabOptions.DEFAULT);

  @Test
  void downloadsSurviveKillAndRestartWhichChangeNothing() throws IOException {
    String rules = LAB.director().lbctl("-S", "-n");
    List<String> listing = listing();
    assertThat(rules.lines()).hasSizeGreaterThan(2 * Mode.values().length * Family.values().length * Family.SERVERS);
    assertThat(listing).hasSizeGreaterThan(2 * Mode.values().length * Family.values().length * Family.SERVERS);
    Map<Mode, Future<Long>> downloads = new EnumMap<>(Mode.class);
    for (Mode mode : Mode.values()) {
      downloads.put(mode, LAB.client().download(mode.vip(Family.IPV4), Mode.HTTP_PORT, DOWNLOAD_BYTES, BYTES_PER_SECOND));
    }

    LAB.director().kill();
    assertThat(downloads.values()).as("downloads after the kill").noneMatch(Future::isDone);
    assertThat(LAB.director().attempt("", "-Ln").status()).as("lbctl without xlvsd").isNotZero();
    allModesAnswer();
    LAB.director().start();
    assertThat(downloads.values()).as("downloads after the restart").noneMatch(Future::isDone);

    assertThat(LAB.director().lbctl("-S", "-n")).isEqualTo(rules);
    assertThat(listing()).isEqualTo(listing);
    allModesAnswer();
    for (Mode mode : Mode.values()) {
      assertThat(Client.result(downloads.get(mode))).as("%s", mode).isEqualTo(DOWNLOAD_BYTES);
    }
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
