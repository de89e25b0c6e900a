// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An xlvsd that cannot start says why in one line, and leaves the one that runs beside it alone. */
@Tag("end-to-end")
class BadStartTest {
  @RegisterExtension static final LabExtension LAB = new LabExtension(LabOptions.DEFAULT);

  @TempDir private Path temp;

  @AfterEach
  void theOtherOneServes() throws IOException {
    assertThat(LAB.client().get(Mode.NAT.vip(Family.IPV4), Mode.HTTP_PORT).server()).startsWith("rs");
    assertThat(LAB.director().lbctl("-Ln")).contains(Mode.NAT.vip(Family.IPV4));
    assertThat(temp.resolve("xlvsd.sock")).doesNotExist();
  }

  /** In the director's namespace, with a state directory, pins and a socket of its own unless other ones are given. */
  private Command.Result start(List<String> wrapper, String... arguments) {
    List<String> command = new ArrayList<>(wrapper);
    command.addAll(List.of(LAB.lab().installation().program("xlvsd")));
    for (String option : List.of("--state-dir=state", "--bpffs=bpf", "--socket=xlvsd.sock")) {
      String name = option.substring(0, option.indexOf('='));
      if (!List.of(arguments).contains(name)) {
        command.addAll(List.of(name, temp.resolve(option.substring(name.length() + 1)).toString()));
      }
    }
    command.addAll(List.of(arguments));
    return Command.attempt(LAB.director().namespace().wrap(command), "", Map.of());
  }

  /** Beside the log, which tells what was begun. */
  private static void assertOneLine(Command.Result answer, int status, String... words) {
    String told = answer.err().lines().filter(line -> !line.startsWith("time=")).collect(Collectors.joining("\n"));
    assertThat(told).startsWith("xlvsd: ").contains(words).hasLineCount(1);
    assertThat(answer.status()).as(answer.err()).isEqualTo(status);
    assertThat(answer.out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "--interface nosuch0 | 1 | interface nosuch0 does not exist: there are eth0, eth1, lo",
    "--nosuch | 2 | '--nosuch'",
    "--attach-mode native | 2 | no interface is given: --interface eth0 would be right",
    "--interface eth0 --attach-mode fast | 2 | attach-mode \"fast\" is not known: auto, native, tc or generic",
    "--interface eth0 --connections many | 2 | '--connections': \"many\" is not a whole number",
    "--interface eth0 --connections 5 | 2 | connections 5 is out of range: 1024..268435456",
    "--interface eth0 --socket-mode 9 | 2 | socket-mode \"9\" is no mode",
    "--interface eth0 --config /nosuch/xlvsd.yaml | 2 | /nosuch/xlvsd.yaml cannot be read: no such file or directory",
    "--interface eth0 --socket /nosuch/dir/sock | 1 | socket /nosuch/dir/sock cannot be made: directory /nosuch does not exist",
    "--interface eth0 --state-dir /nosuch/dir/state | 1 | state directory /nosuch/dir/state cannot be used: directory /nosuch/dir does not",
    "--interface eth0 --bpffs /proc/nosuch | 1 | bpffs /proc/nosuch cannot be used: no such file or directory"})
  void aWrongOptionIsNamed(String arguments, int status, String words) {
    assertOneLine(start(List.of(), arguments.split(" ")), status, words);
  }

  @Test
  void aWrongKeyInTheConfigurationFileIsNamedByItsLine() throws IOException {
    Path file = Files.writeString(temp.resolve("xlvsd.yaml"), "data-plane:\n  interfaces: [eth0]\n  conections: 7\n  flow-cache: 7\n");

    assertOneLine(start(List.of(), "--config", file.toString()), 2, file + " line 3: key \"data-plane.conections\" is not known", "connections");
  }

  @Test
  void missingCapabilitiesAreNamed() {
    assertOneLine(start(List.of("setpriv", "--bounding-set=-bpf,-perfmon"), "--interface", "eth0"), 1,
        "missing capabilities CAP_PERFMON, CAP_BPF: run xlvsd as root");
  }

  /** Mounting needs more than what xlvsd needs otherwise. */
  @Test
  void aFileSystemThatMayNotBeMountedIsNamedWithTheRemedy() {
    assertOneLine(start(List.of("setpriv", "--bounding-set=-sys_admin"), "--interface", "eth0"), 1,
        "bpffs " + temp.resolve("bpf") + " cannot be used", "EPERM", "CAP_SYS_ADMIN", "mount -t bpf");
  }

  @Test
  void aDamagedStateFileIsNamedWithTheRemedyAndKept() throws IOException {
    Path state = Files.createDirectory(temp.resolve("state"));
    byte[] stored = Files.readAllBytes(LAB.director().socket().resolveSibling("state").resolve("configuration"));
    // Within the first record, which holds the services that the lab began with, whatever other tests have changed since.
    stored[1000] ^= 1;
    Path file = Files.write(state.resolve("configuration"), stored);

    assertOneLine(start(List.of(), "--interface", "eth0"), 1, "state file " + file + " cannot be used: ", "checksum",
        "to start with an empty configuration, move it away");
    assertThat(file).hasBinaryContent(stored);
  }

  @Test
  void theOtherProgramsExplainThemselvesAndRefuseWhatTheyDoNotKnow() {
    for (String program : List.of("xlvsd", "lbctl", "xlvs-realserver", "xlvs-lab")) {
      Command.Result help = Command.attempt(List.of(LAB.lab().installation().program(program), "--help"), "", Map.of());
      assertThat(help.out()).as(program).contains("Usage", program).doesNotContain("\t");
      assertThat(help.out().lines()).as(program).allMatch(line -> line.length() <= 130);
      assertThat(help.err()).as(program).isEmpty();
      assertThat(help.status()).as(program).isZero();
      Command.Result refused = Command.attempt(List.of(LAB.lab().installation().program(program), "--nosuch"), "", Map.of());
      assertThat(refused.err()).as(program).contains("--nosuch").hasLineCount(1);
      assertThat(refused.status()).as(program).isNotZero();
    }
  }
}
