// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Firewall-mark services: one mark over two VIPs and two ports, as lbctl sets them up and clients see them. */
@Tag("end-to-end")
class MarksTest {
  private static final String MARK = "11";
  private static final List<Integer> PORTS = List.of(81, 82);

  @RegisterExtension static final LabExtension LAB = new LabExtension(LabOptions.DEFAULT);

  @AfterEach
  void removeMarks() {
    for (Family family : Family.values()) {
      LAB.director().attempt("", words("-D", family).toArray(String[]::new));
    }
    LAB.director().attempt("", "mark", "delete", MARK);
    assertThat(LAB.director().lbctl("-S", "-n")).doesNotContain("-mark").doesNotContain("-f ");
  }

  private static List<String> words(String command, Family family, String... more) {
    List<String> words = new ArrayList<>(List.of(command, "-f", MARK));
    if (family == Family.IPV6) {
      words.add("-6");
    }
    words.addAll(List.of(more));
    return words;
  }

  private static String lbctl(String command, Family family, String... more) {
    return LAB.director().lbctl(words(command, family, more).toArray(String[]::new));
  }

  private static void addServers(Family family, String method, int... numbers) {
    Arrays.stream(numbers).forEach(number -> lbctl("-a", family, "-r", family.server(number), method));
  }

  private static void mark(String udpPorts, String... vips) {
    LAB.director().lbctl("mark", "add", MARK, "--to", String.join(",", vips), "--tcp", "81-82", "--udp", udpPorts);
  }

  /** So many connections to each VIP and port, in turn. */
  private static List<Answer> get(int times, String... vips) throws IOException {
    List<Answer> answers = new ArrayList<>();
    for (int n = 0; n < times; n++) {
      for (String vip : vips) {
        for (int port : PORTS) {
          answers.add(LAB.client().get(vip, port));
        }
      }
    }
    return answers;
  }

  private static Set<String> servers(List<Answer> answers) {
    Set<String> names = new TreeSet<>();
    answers.forEach(answer -> names.add(answer.server()));
    return names;
  }

  @ParameterizedTest
  @EnumSource(Family.class)
  void oneServiceHasTheTurnsOfAllVipsPortsAndProtocolsByNat(Family family) throws IOException {
    String[] vips = {Mode.NAT.vip(family), Mode.FULLNAT.vip(family)};
    mark("9090", vips);
    lbctl("-A", family, "-s", "rr");
    addServers(family, "-m", 1, 2, 3);

    List<Answer> answers = get(3, vips);
    assertThat(ForwardingCases.perServer(answers)).isEqualTo(Map.of("rs1", 4, "rs2", 4, "rs3", 4));
    assertThat(answers).allMatch(answer -> answer.saw(family.client()));
    for (String vip : vips) {
      assertThat(LAB.client().echo(vip, 9090).saw(family.client())).as("UDP to %s", vip).isTrue();
    }
    List<String> listing = lbctl("-Ln", family).lines().skip(2).map(line -> line.replaceAll(" +\\d+ +\\d+ +$", "")).toList();
    assertThat(listing.get(0)).isEqualTo("FWM  " + MARK + (family == Family.IPV6 ? " IPv6" : "") + " rr");
    assertThat(listing.subList(1, 4)).containsExactlyElementsOf(IntStream.of(1, 2, 3)
        .mapToObj(number -> String.format("  -> %-28s Masq    1     ", family.withPort(family.server(number), 0)).stripTrailing()).toList());
    assertThat(LAB.director().lbctl("-Lnc")).contains(family.withPort(vips[1], 82));
    assertThat(lbctl("-Ln", family, "--stats").lines().filter(line -> line.startsWith("FWM")).findFirst().orElseThrow())
        .contains(" 14 ");
  }

  @ParameterizedTest
  @EnumSource(Family.class)
  void aPersistentClientStaysWithItsServerOverAllOfTheMark(Family family) throws IOException {
    String[] vips = {Mode.NAT.vip(family), Mode.FULLNAT.vip(family)};
    mark("9090", vips);
    lbctl("-A", family, "-s", "rr", "-p", "60");
    addServers(family, "-m", 1, 2, 3);

    List<Answer> answers = get(2, vips);
    answers.add(LAB.client().echo(vips[0], 9090));
    assertThat(servers(answers)).hasSize(1);
    String template = family == Family.IPV4 ? "0.0.0." + MARK + ":0" : "[0:b::]:0";
    assertThat(LAB.director().lbctl("-Lnc").lines()).anyMatch(line -> line.matches("IP +\\d\\d:\\d\\d +ASSURED .*") && line.contains(template));
    assertThat(LAB.director().lbctl("connection", "list", "--service", family == Family.IPV4 ? "fwm:" + MARK : "fwm6:" + MARK)).contains(template);
  }

  @ParameterizedTest
  @EnumSource(Family.class)
  void aMarksServiceWinsOverAnAddresssAndGivesItsPacketsBack(Family family) throws IOException {
    String vip = Mode.NAT.vip(family);
    String other = Mode.FULLNAT.vip(family);
    String service = family.withPort(vip, 81);
    LAB.director().lbctl("-A", "-t", service, "-s", "rr");
    try {
      LAB.director().lbctl("-a", "-t", service, "-r", family.withPort(family.server(1), 81), "-m");
      assertThat(servers(List.of(LAB.client().get(vip, 81)))).containsExactly("rs1");
      mark("53", vip, other);
      assertThat(servers(List.of(LAB.client().get(vip, 81)))).as("a mark without a service").containsExactly("rs1");
      lbctl("-A", family, "-s", "rr");
      addServers(family, "-m", 2, 3);
      assertThat(servers(get(1, vip, other))).containsExactly("rs2", "rs3");
      LAB.director().lbctl("mark", "delete", MARK, "--to", vip);
      assertThat(servers(List.of(LAB.client().get(vip, 81)))).containsExactly("rs1");
      assertThat(servers(get(1, other))).containsExactly("rs2", "rs3");
    } finally {
      LAB.director().lbctl("-D", "-t", service);
    }
  }

  @ParameterizedTest
  @EnumSource(Family.class)
  void oneServiceHasTheTurnsOfAllVipsAndPortsByDirectRouting(Family family) throws IOException {
    String[] vips = {Mode.DR.vip(family), Mode.TUN.vip(family)};
    mark("53", vips);
    lbctl("-A", family, "-s", "rr");
    addServers(family, "-g", 1, 2, 3);

    List<Answer> answers = get(3, vips);
    assertThat(ForwardingCases.perServer(answers)).isEqualTo(Map.of("rs1", 4, "rs2", 4, "rs3", 4));
    assertThat(answers).allMatch(answer -> answer.saw(family.client()));
  }

  @Test
  void marksOutliveTheDaemonAndSavedRulesGiveThemBack() throws IOException {
    String[] vips = {Mode.NAT.vip(Family.IPV4), Mode.FULLNAT.vip(Family.IPV4)};
    mark("9090", vips);
    lbctl("-A", Family.IPV4, "-s", "rr", "-p", "60");
    addServers(Family.IPV4, "-m", 1, 2, 3);
    String rules = LAB.director().lbctl("-S", "-n");
    assertThat(rules).contains("\n--set-mark " + MARK + " --to " + vips[0] + " --tcp 81-82 --udp 9090\n");
    Set<String> server = servers(get(1, vips));
    assertThat(server).hasSize(1);

    LAB.director().kill();
    assertThat(servers(get(1, vips))).as("without a daemon").isEqualTo(server);
    LAB.director().start();
    assertThat(LAB.director().lbctl("-S", "-n")).isEqualTo(rules);
    assertThat(servers(get(1, vips))).as("after the restart").isEqualTo(server);

    LAB.director().lbctl("-C");
    LAB.director().lbctl("mark", "delete", MARK);
    Command.Result restored = LAB.director().attempt(rules, "-R");
    assertThat(restored.status()).as(restored.err()).isZero();
    assertThat(LAB.director().lbctl("-S", "-n")).isEqualTo(rules);
    assertThat(servers(get(1, vips))).hasSize(1);
  }
}
