// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Services of marks that nftables gives, on matches that xlvs's own mark rules have not: packets take the way of docs/lbctl.md, through
 * the director's stack and a pair of veths into tc.
 */
@Tag("end-to-end")
class NetfilterMarksTest {
  private static final String MARK = "23";
  private static final int PORT = 81;
  private static final int OTHER_PORT = 82;
  private static final int UDP_PORT = 9090;

  @RegisterExtension static final LabExtension LAB = new LabExtension(LabOptions.DEFAULT.asTheyCome().withMarkInterface());

  /** Routed to the director, no address of it. */
  private static String vip(Family family) {
    return family == Family.IPV4 ? "10.9.0.9" : "fd09::9";
  }

  @BeforeAll
  static void markByNftables() {
    Namespace director = LAB.lab().topology().director();
    for (Family family : Family.values()) {
      LAB.lab().clientNamespace().ip("route add " + vip(family) + " via " + family.directorFront());
      String ip = family == Family.IPV6 ? "-6" : "-4";
      director.run("ip", ip, "rule", "add", "fwmark", MARK, "iif", "eth0", "lookup", "100");
      director.run("ip", ip, "route", "add", "default", "dev", LabOptions.MARK_DEVICE, "table", "100");
    }
    director.run("nft", "add table inet balanced; add chain inet balanced marks { type filter hook prerouting priority mangle; }");
    for (String match : List.of("ip saddr " + Family.IPV4.client() + " tcp dport " + PORT,
        "ip6 saddr " + Family.IPV6.client() + " tcp dport " + PORT, "udp dport " + UDP_PORT)) {
      director.run("nft", "add rule inet balanced marks " + match + " meta mark set " + MARK);
    }
  }

  @AfterEach
  void removeServices() {
    for (Family family : Family.values()) {
      LAB.director().attempt("", words("-D", family).toArray(String[]::new));
    }
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

  private static void serve(Family family, String method) {
    lbctl("-A", family, "-s", "rr");
    if (method.equals("-b")) {
      lbctl("-P", family, "-z", family.localAddresses().get(0));
    }
    for (int number = 1; number <= Family.SERVERS; number++) {
      lbctl("-a", family, "-r", family.server(number), method);
    }
  }

  @ParameterizedTest
  @CsvSource({"IPV4, -m", "IPV6, -m", "IPV4, -b", "IPV6, -b"})
  void whatNftablesMarksIsBalanced(Family family, String method) throws IOException {
    serve(family, method);
    List<Answer> answers = new ArrayList<>();
    for (int n = 0; n < 9; n++) {
      answers.add(LAB.client().get(vip(family), PORT));
    }
    assertThat(ForwardingCases.perServer(answers)).isEqualTo(Map.of("rs1", 3, "rs2", 3, "rs3", 3));
    assertThat(answers).allMatch(answer -> answer.saw(family.client()), "TOA or the address itself");
    assertThat(LAB.client().echo(vip(family), UDP_PORT).server()).startsWith("rs");
    assertThat(lbctl("-Ln", family, "--stats").lines().filter(line -> line.startsWith("FWM")).findFirst().orElseThrow()).contains(" 10 ");
    assertThat(LAB.director().lbctl("-Lnc")).contains(family.withPort(vip(family), PORT));
  }

  @ParameterizedTest
  @EnumSource(Family.class)
  void aLargeAnswerComesBackWhole(Family family) throws IOException {
    serve(family, "-m");
    long bytes = 4 << 20;
    assertThat(Client.result(LAB.client().download(vip(family), PORT, bytes))).isEqualTo(bytes);
  }

  /** The refusal comes from xlvs and goes back through the stack; nothing turns in a circle. */
  @ParameterizedTest
  @EnumSource(Family.class)
  void aServiceWithoutServersRefusesAndOneThatIsGoneIsNoLoop(Family family) {
    lbctl("-A", family, "-s", "rr");
    assertThatThrownBy(() -> LAB.client().get(vip(family), PORT)).isInstanceOf(IOException.class).hasMessageEndingWith("Connection refused");
    long before = received();
    lbctl("-D", family);
    assertThatThrownBy(() -> LAB.client().openFrom(0, vip(family), PORT, 1500)).isInstanceOf(IOException.class);
    assertThat(received() - before).as("packets at the director's mark interface").isBetween(1L, 10L);
  }

  private static long received() {
    String link = LAB.lab().topology().director().run("ip", "-j", "-s", "link", "show", "dev", LabOptions.MARK_INTERFACE);
    return Long.parseLong(link.replaceAll("(?s).*\"rx\":\\{\"bytes\":\\d+,\"packets\":(\\d+).*", "$1"));
  }

  @Test
  void whatIsNotMarkedIsNotBalanced() {
    serve(Family.IPV4, "-m");
    assertThatThrownBy(() -> LAB.client().openFrom(0, vip(Family.IPV4), OTHER_PORT, 1500)).isInstanceOf(IOException.class);
    assertThat(lbctl("-Ln", Family.IPV4, "--stats").lines().filter(line -> line.startsWith("FWM")).findFirst().orElseThrow()).contains(" 0 ");
  }
}
