// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every input of a recorded session of mistakes gives ipvsadm's text and exit status, but for the documented differences. */
final class RecordedErrorsTest {
  private static final String ILLEGAL_ADDRESS = "illegal virtual server address[:port] specified";

  /** docs/lbctl.md, "What differs", lists each: what lbctl answers instead, as text and exit status, or the rule saved. */
  private static final Map<String, Object[]> REFUSED_INSTEAD = Map.of(
      // Octal.
      "-A -t 010.0.0.100:81 -s rr", new Object[] {ILLEGAL_ADDRESS, 2},
      // DPVS's word for deleting a local address.
      "-Q", new Object[] {"You need to supply the 'service-address' option for the 'del-laddr' command", 2});

  private static final Map<String, String> SAVED_INSTEAD = Map.of(
      // A real server's port 0 is the service's.
      "-a -t 10.0.0.100:80 -r 10.1.0.12:0 -m", "-a -t 10.0.0.100:80 -r 10.1.0.12:80 -m -w 1",
      // Thresholds are saved.
      "-a -t 10.0.0.100:80 -r 10.1.0.12:80 -m -x 10 -y 10", "-a -t 10.0.0.100:80 -r 10.1.0.12:80 -m -w 1 -x 10 -y 10");

  private static final String RULES = """
      -A -t 10.0.0.100:80 -s rr
      -a -t 10.0.0.100:80 -r 10.1.0.11:80 -m
      -A -u 10.0.0.100:53 -s rr
      -A -t [fd00::100]:80 -s rr
      -A -f 7 -s rr
      """;

  @TestFactory
  Stream<DynamicTest> givesTheRecordedAnswer() {
    return Recording.read("errors.txt").stream()
        .map(recorded -> DynamicTest.dynamicTest("lbctl " + recorded.arguments(), () -> check(recorded)));
  }

  private static void check(Recording recorded) throws IOException {
    try (FakeServer server = new FakeServer()) {
      Lbctl lbctl = new Lbctl(server);
      assertThat(lbctl.run(RULES, "-R").err()).isEmpty();
      List<String> before = lbctl.run("-Sn").out().lines().toList();

      Lbctl.Result result = lbctl.run(recorded.arguments());

      List<String> gained = new ArrayList<>(lbctl.run("-Sn").out().lines().toList());
      gained.removeAll(before);
      Object[] other = REFUSED_INSTEAD.get(recorded.arguments());
      if (other != null) {
        assertThat(result).matches(answer -> answer.says((String) other[0]), (String) other[0]);
        assertThat(result.status()).isEqualTo(other[1]);
        assertThat(gained).isEmpty();
      } else if (recorded.accepted() != null) {
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(gained).containsExactly(SAVED_INSTEAD.getOrDefault(recorded.arguments(), recorded.accepted()));
      } else {
        checkText(recorded, result);
        assertThat(result.status()).isEqualTo(recorded.status());
        assertThat(result.out()).isEqualTo(recorded.out());
        assertThat(lbctl.run("-Sn").out().lines().toList()).isEqualTo(before);
      }
    }
  }

  /** ipvsadm's words, and in the same line what they are about; lbctl tells also why ipvsadm only says where to read on. */
  private static void checkText(Recording recorded, Lbctl.Result result) {
    if (recorded.err().isEmpty()) {
      assertThat(result.err()).isEmpty();
    } else if (recorded.err().get(0).startsWith("Try `")) {
      assertThat(result.err()).contains(recorded.arguments().split(" ")[0], "try `lbctl -h' or 'lbctl --help' for more information\n")
          .hasLineCount(1);
    } else {
      String text = recorded.err().get(0).replace("ipvsadm", "lbctl");
      assertThat(result).matches(answer -> answer.says(text), text);
    }
  }

  @Test
  void everyDocumentedDifferenceIsOfARecordedCommand() {
    Set<String> commands = new HashSet<>();
    Recording.read("errors.txt").forEach(recorded -> commands.add(recorded.arguments()));

    assertThat(commands).hasSizeGreaterThan(135).containsAll(REFUSED_INSTEAD.keySet()).containsAll(SAVED_INSTEAD.keySet());
  }
}
