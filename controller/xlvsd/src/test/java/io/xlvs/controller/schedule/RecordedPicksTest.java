// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.controller.service.RealServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rings, picked from as the kernel does, give the picks that a real IPVS gave. */
class RecordedPicksTest {
  static List<Recording> recordings() {
    return Recording.all();
  }

  static List<String> changes() {
    return Recording.lines("changes.txt");
  }

  @Test
  void theRecordingsAreAllThere() {
    assertThat(recordings()).hasSize(146 + 16);
    assertThat(changes()).hasSize(3);
  }

  @ParameterizedTest
  @MethodSource("recordings")
  void ringsGiveTheRecordedPicks(Recording recording) {
    PickModel model = new PickModel(recording.scheduler(), recording.flags(), recording.servers());
    assertThat(recording.replay(model)).isEqualTo(recording.steps());
  }

  @ParameterizedTest
  @MethodSource("changes")
  void aChangeGoesOnWhereIpvsGoesOn(String line) {
    String[] words = line.split(" +");
    Scheduler scheduler = Schedulers.byName(words[0]).orElseThrow();
    List<RealServer> servers = new ArrayList<>();
    String[] weights = words[1].split(",");
    for (int i = 0; i < 3; i++) {
      servers.add(0, Recording.server((char) ('1' + i), Integer.parseInt(weights[i]), 0));
    }
    long counter = 0;
    for (int i = 2; i < words.length; i++) {
      if (words[i].startsWith("{")) {
        List<RealServer> after = changed(servers, words[i]);
        counter = scheduler.resume(servers, counter, after);
        servers = after;
        continue;
      }
      int[] ring = scheduler.ring(servers).entries();
      StringBuilder picks = new StringBuilder();
      for (int n = 0; n < words[i].length(); n++) {
        picks.append(Recording.name(servers.get(ring[(int) (counter++ % ring.length)]).address()));
      }
      assertThat(picks).as("after %s", words[i - 1]).hasToString(words[i]);
    }
  }

  private static List<RealServer> changed(List<RealServer> servers, String change) {
    char number = change.charAt(1);
    List<RealServer> after = new ArrayList<>();
    boolean known = false;
    for (RealServer server : servers) {
      known |= Recording.name(server.address()) == number;
      if (Recording.name(server.address()) != number) {
        after.add(server);
      } else if (change.charAt(3) != '-') {
        after.add(Recording.server(number, change.charAt(3) - '0', 0));
      }
    }
    if (!known) {
      after.add(0, Recording.server(number, change.charAt(3) - '0', 0));
    }
    return after;
  }
}
