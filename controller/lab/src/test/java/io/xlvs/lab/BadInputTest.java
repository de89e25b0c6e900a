// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.v1.DirectorGrpc;
import io.xlvs.v1.GetStatusRequest;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every mistake gets one line that names field, value and remedy, the exit status that ipvsadm has for it, and changes nothing. */
@Tag("end-to-end")
class BadInputTest {
  @RegisterExtension static final LabExtension LAB = new LabExtension(LabOptions.DEFAULT);

  private static final String LBCTL = Installation.own().program("lbctl");

  private static String rules;

  @BeforeAll
  static void remember() {
    rules = LAB.director().lbctl("-S", "-n");
  }

  @AfterAll
  static void theRulesAreWordForWordAsBefore() {
    assertThat(LAB.director().lbctl("-S", "-n")).isEqualTo(rules);
  }

  private static long revision() {
    return LAB.director().api(channel ->
        DirectorGrpc.newBlockingStub(channel).getStatus(GetStatusRequest.getDefaultInstance()).getRevision());
  }

  @ParameterizedTest
  @CsvFileSource(resources = "bad-input.txt", delimiter = '|', quoteCharacter = '~', maxCharsPerColumn = 400)
  void aMistakeIsOneLineAndChangesNothing(String arguments, int status, String begins, String contains) {
    long before = revision();

    Command.Result answer = LAB.director().attemptInstalled("", arguments.split(" +"));

    assertThat(answer.err()).startsWith(begins).contains(contains == null ? "" : contains).endsWith("\n").hasLineCount(1);
    assertThat(answer.status()).as(answer.err()).isEqualTo(status);
    assertThat(answer.out()).isEmpty();
    assertThat(revision()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {
    "-A -t 10.0.0.120:80 -s rr\n-a -t 10.0.0.120:80 -r 10.1.0.256:80 -m\n",
    "-C\n-a -t 10.0.0.100:80 -r 10.1.0.11:80 -m\n",
    "-A -t 10.0.0.120:80 -s rr\n-a -t 10.0.0.120:80 -r 10.1.0.1:80 -m\n",
    "-A -t 10.0.0.120:80 -s rr\ngarbage\n"})
  void aBadLineOfARestoreIsNamedAndNothingIsRestored(String input) {
    long before = revision();

    Command.Result answer = LAB.director().attemptInstalled(input, "-R");

    assertThat(answer.status()).isIn(2, 255);
    assertThat(answer.err()).startsWith("line 2 (" + input.lines().skip(1).findFirst().orElseThrow() + "): ")
        .endsWith("; nothing was restored\n").hasLineCount(1);
    assertThat(revision()).isEqualTo(before);
  }

  @Test
  void everyBadLineOfARestoreIsNumbered() {
    Command.Result answer = LAB.director().attemptInstalled("""
        -A -t 10.0.0.120:80 -s nosuch
        -A -t 10.0.0.121:80 -s rr
        -a -t 10.0.0.121:80 -r 224.0.0.1:80 -m
        -d -t 10.0.0.99:80 -r 10.1.0.11:80
        """, "-R");

    assertThat(answer.status()).isEqualTo(255);
    assertThat(answer.err()).startsWith("line 1 (-A -t 10.0.0.120:80 -s nosuch): Scheduler or persistence engine not found: scheduler \"nosuch\"")
        .endsWith("; wrong as well: lines 3, 4; nothing was restored\n").hasLineCount(1);
  }

  @Test
  void garbageOnTheSocketIsHungUpOnWithoutAWordInTheLog() throws IOException {
    int before = LAB.director().log().length();
    byte[] garbage = new byte[10_000];
    new Random(7).nextBytes(garbage);
    for (String beginning : List.of("", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET / HTTP/1.1\r\n\r\n")) {
      try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(LAB.director().socket()))) {
        client.write(ByteBuffer.wrap(beginning.getBytes(StandardCharsets.US_ASCII)));
        client.write(ByteBuffer.wrap(garbage));
        ByteBuffer answer = ByteBuffer.allocate(65_536);
        while (client.read(answer) >= 0) {
          answer.clear();
        }
      } catch (IOException e) {
        assertThat(e).hasMessageMatching("Broken pipe|Connection reset.*");
      }
      assertThat(LAB.director().lbctl("-L", "--timeout")).startsWith("Timeout (tcp tcpfin udp): ");
    }
    assertThat(LAB.director().log().substring(before).lines()).noneMatch(line -> !line.startsWith("time=") || line.contains("level=error"));
  }

  /** ipvsadm's grammar takes the service's port, as ipvsadm does without a word; the verbs refuse it (bad-input.txt). */
  @Test
  void aPortThatDirectRoutingCannotMapBecomesTheServicesWithAWarning() {
    Command.Result answer = LAB.director().attemptInstalled("", "-a", "-t", "10.0.0.101:80", "-r", "10.1.0.14:8080", "-g", "-w", "0");
    try {
      assertThat(answer.status()).isZero();
      assertThat(answer.err()).contains("real server port 8080 becomes the service's, 80").hasLineCount(1);
      assertThat(LAB.director().lbctl("-S", "-n")).contains("-a -t 10.0.0.101:80 -r 10.1.0.14:80 -g -w 0");
    } finally {
      LAB.director().lbctl("-d", "-t", "10.0.0.101:80", "-r", "10.1.0.14:80");
    }
  }

  @Test
  void aLocalAddressThatIsNotTheDirectorsIsTakenWithAWarning() {
    try {
      Command.Result answer = LAB.director().attemptInstalled("", "-P", "-z", "10.1.0.222", "-t", "10.0.0.103:80");

      assertThat(answer.status()).isZero();
      assertThat(answer.err()).startsWith("lbctl: warning: local address 10.1.0.222 is not an address of the director").hasLineCount(1);
      assertThat(LAB.director().lbctl("local-address", "list", "tcp:10.0.0.103:80")).containsPattern("10\\.1\\.0\\.222 +no")
          .containsPattern("10\\.1\\.0\\.201 +yes");
    } finally {
      LAB.director().lbctl("-Q", "-z", "10.1.0.222", "-t", "10.0.0.103:80");
    }
  }

  /** As with `lbctl ... | head -1`; the reader has gone for certain before lbctl starts. */
  @Test
  void aReaderThatHasGoneEndsLbctlSilently() throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", "read go; exec " + LBCTL + " -Ln");
    builder.environment().put("XLVS_SOCKET", LAB.director().socket().toString());
    Process lbctl = builder.start();
    lbctl.getInputStream().close();
    lbctl.getOutputStream().write('\n');
    lbctl.getOutputStream().close();

    assertThat(new String(lbctl.getErrorStream().readAllBytes(), StandardCharsets.UTF_8)).isEmpty();
    assertThat(lbctl.waitFor()).isEqualTo(128 + 13);
  }

  @Test
  void aFullDiskBehindStandardOutputIsTold() {
    Command.Result answer = Command.attempt(List.of("sh", "-c", LBCTL + " -Ln > /dev/full"), "",
        Map.of("XLVS_SOCKET", LAB.director().socket().toString()));

    assertThat(answer).isEqualTo(new Command.Result(1, "", "cannot write to standard output: No space left on device\n"));
  }
}
