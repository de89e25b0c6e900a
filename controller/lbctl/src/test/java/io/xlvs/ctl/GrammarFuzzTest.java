// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random command lines of both grammars end with an answer: a known status and text, never a stack trace. */
final class GrammarFuzzTest {
  private static final long SEED = 20261122L;
  private static final int LINES = 1000;

  private static final List<String> WORDS = List.of(
      "-A", "-E", "-D", "-C", "-L", "-l", "-S", "-a", "-e", "-d", "-Z", "-P", "-Q", "-G", "-R", "--set", "-h", "-v",
      "--start-daemon", "--stop-daemon", "master", "-Ln", "-Lnc", "-lnt", "-Sn", "-t", "-u", "--sctp-service", "-f", "-6",
      "-s", "-p", "-M", "-o", "-b", "--pe", "-r", "-g", "-i", "-m", "--fullnat", "-w", "-x", "-y", "-z", "-n", "-c",
      "--stats", "--rate", "--exact", "--thresholds", "--persistent-conn", "--timeout", "--daemon", "--tun-info",
      "--nosort", "--sort", "--tun-type", "--tun-port", "--tun-csum", "gue", "gre", "--syncid", "--", "-", "--=", "--t=",
      "10.0.0.1:80", "10.0.0.1", "[fd00::1]:80", "fd00::1", "[fd00::1", "[]:80", ":", ":80", "]", "1.2.3.4.5:6",
      "999999999999999999999", "-1", "0", "1", "7", "rr", "sip", "sh-port", ",", "255.255.255.0", "%s%n", "\u00e4", "\u0000",
      "--add-service", "--tcp-service=10.0.0.2:81", "--scheduler=", "--weight=3", "--numeric=x", "-p60", "-p=", "-t=",
      "service", "server", "local-address", "connection", "status", "help", "list", "get", "add", "set", "delete",
      "tcp:10.0.0.1:80", "udp:[fd00::1]:53", "fwm:7", "fwm:99999999999", "tcp::", "--output", "json", "yaml", "--dry-run",
      "--method", "nat", "--weight", "--scheduler", "--help", "--state", "established", "--limit", "@/etc/hostname");

  @Test
  void anyCommandLineIsAnswered() throws IOException {
    Random random = new Random(SEED);
    int accepted = 0;
    try (FakeServer server = new FakeServer()) {
      Lbctl lbctl = new Lbctl(server);
      for (int i = 0; i < LINES; i++) {
        List<String> line = line(random);
        Lbctl.Result result = lbctl.run(String.join(" ", line(random)) + "\n", line.toArray(String[]::new));

        assertThat(result.status()).as("seed %d, line %d: %s\n%s", SEED, i, line, result.err()).isIn(0, 1, 2, 255);
        assertThat(result.err()).as("seed %d, line %d: %s", SEED, i, line).doesNotContain("\tat ", "Exception");
        if (result.status() != 0) {
          assertThat(result.err()).as("seed %d, line %d: %s", SEED, i, line).isNotEmpty();
        } else {
          accepted++;
        }
      }
    }
    // Otherwise the lines are too wild to reach anything but the parser.
    assertThat(accepted).isGreaterThan(LINES / 40);
  }

  private static List<String> line(Random random) {
    List<String> line = new ArrayList<>();
    for (int words = 1 + random.nextInt(7); words > 0; words--) {
      String word = WORDS.get(random.nextInt(WORDS.size()));
      if (random.nextInt(20) == 0 && !word.isEmpty()) {
        word = word.substring(random.nextInt(word.length())) + WORDS.get(random.nextInt(WORDS.size()));
      }
      line.add(word);
    }
    return line;
  }
}
