// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.v1.Counters;
import io.xlvs.v1.VirtualService;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the recordings of ipvsadm do not cover. */
final class IpvsGrammarTest extends AgainstFakeServer {
  private void done(String line) {
    Lbctl.Result result = lbctl.run(line);
    assertThat(result.said()).as("lbctl " + line).isEmpty();
    assertThat(result.status()).as("lbctl " + line).isZero();
  }

  private String saved() {
    return lbctl.run("-Sn").out();
  }

  @ParameterizedTest
  @ValueSource(strings = {
    "-A -t 10.0.0.1:80 -s rr -p 60", "-A -s rr -p 60 -t 10.0.0.1:80", "-At 10.0.0.1:80 -s rr -p60",
    "-A -p=60 -srr -t10.0.0.1:80", "--add-service --persistent=60 --scheduler=rr --tcp-service=10.0.0.1:80",
    "-A -t 10.0.0.1:http -s rr --persistent 60"
  })
  void optionsMayBeBundledReorderedAndLong(String line) {
    done(line);

    assertThat(saved()).isEqualTo("-A -t 10.0.0.1:80 -s rr -p 60\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-Ltn 10.0.0.1:80", "-lnt 10.0.0.1:80", "-L -n --tcp-service 10.0.0.1:80", "-Lnt10.0.0.1:80"})
  void listingsMayBeBundled(String line) {
    done("-A -t 10.0.0.1:80 -s rr");

    assertThat(lbctl.run(line).out()).endsWith("TCP  10.0.0.1:80 rr\n").startsWith("Prot");
  }

  @Test
  void fullNatIsListedAndSavedWithItsLocalAddresses() {
    done("-A -t 10.0.0.1:80 -s rr -b flag-1");
    done("-a -t 10.0.0.1:80 -r 10.1.0.11:8080 -b");
    done("-a -t 10.0.0.1:80 -r 10.1.0.12:8080 --fullnat -w 3");
    done("-P -z 10.1.0.1 -t 10.0.0.1:80");
    done("--add-laddr --local-address 10.1.0.2 -t 10.0.0.1:80");

    assertThat(lbctl.run("-Ln").out()).contains(
        "  -> 10.1.0.11:8080               FullNat 1      0          0         \n");
    assertThat(saved()).isEqualTo("""
        -A -t 10.0.0.1:80 -s rr -b flag-1
        -P -t 10.0.0.1:80 -z 10.1.0.1
        -P -t 10.0.0.1:80 -z 10.1.0.2
        -a -t 10.0.0.1:80 -r 10.1.0.11:8080 -b -w 1
        -a -t 10.0.0.1:80 -r 10.1.0.12:8080 -b -w 3
        """);
    assertThat(lbctl.run("-G").out()).isEqualTo("""
        VIP:VPORT            TOTAL    SNAT_IP
        10.0.0.1:80          2       \s
                                      10.1.0.1
                                      10.1.0.2
        """);
    assertThat(lbctl.run("-P -z 10.1.0.1 -t 10.0.0.1:80")).matches(answer -> answer.says("Local address already exists"));
    done("-Q -z 10.1.0.1 -t 10.0.0.1:80");
    assertThat(lbctl.run("-Q -z 10.1.0.1 -t 10.0.0.1:80")).matches(answer -> answer.says("No such local address"));
    assertThat(lbctl.run("-G -t 10.0.0.1:80").out()).contains("10.1.0.2").doesNotContain("10.1.0.1\n");
  }

  @Test
  void aLocalAddressThatIsNotTheDirectorsIsTakenWithAWarning() {
    done("-A -t 10.0.0.1:80 -s rr");
    String warning = "lbctl: warning: local address 10.9.0.1 is not an address of the director: unless the network routes it here,"
        + " replies of real servers are lost; `ip address add 10.9.0.1/32 dev DEVICE' on the director assigns it\n";

    assertThat(lbctl.run("-P -z 10.9.0.1 -t 10.0.0.1:80")).isEqualTo(new Lbctl.Result(0, "", warning));
    done("-P -z 10.1.0.1 -t 10.0.0.1:80");
    String rules = saved();
    done("-C");
    assertThat(lbctl.run(rules, "-R")).isEqualTo(new Lbctl.Result(0, "", warning));
    done("-C");
    assertThat(lbctl.run(rules.replace("10.9.0.1", "10.1.0.9"), "-R").err()).isEmpty();
    assertThat(lbctl.run("local-address add tcp:10.0.0.1:80 fd09::1").err()).contains("added", "fd09::1/128");
    assertThat(lbctl.run("local-address list").out()).isEqualTo("""
        SERVICE          LOCAL ADDRESS  ASSIGNED
        tcp:10.0.0.1:80  10.1.0.9       yes
        tcp:10.0.0.1:80  10.1.0.1       yes
        tcp:10.0.0.1:80  fd09::1        no
        """);
  }

  @Test
  void savedTableRestoresToItself() {
    for (Recording recorded : Recording.read("full.txt")) {
      if (recorded.arguments().matches("-[Aa] .*")) {
        done(recorded.arguments());
      }
    }
    done("-P -t 10.0.0.100:80 -z 10.1.0.1");
    String before = saved();
    var table = server.director.services;
    done("-C");

    Lbctl.Result restored = lbctl.run(before, "-R");

    assertThat(restored.err()).isEmpty();
    assertThat(restored.status()).isZero();
    assertThat(saved()).isEqualTo(before);
    assertThat(server.director.services).hasSameSizeAs(table);
    table.forEach((name, service) -> assertThat(server.director.services.get(name)).isEqualTo(service));
  }

  @Test
  void namesOfASavedTableRestoreToItself() {
    done("-A -u 10.0.0.1:53 -s rr");
    done("-a -u 10.0.0.1:53 -r 10.1.0.11:8080 -m");
    String numbers = saved();
    String names = lbctl.run("-S").out();
    done("-C");

    lbctl.run(names, "-R");

    assertThat(names).contains("10.0.0.1:domain").contains("10.1.0.11:http-alt");
    assertThat(saved()).isEqualTo(numbers);
  }

  @Test
  void restoreIsOneTransactionAndPassesOverComments() {
    Lbctl.Result result = lbctl.run("# rules\n\n  -C\n-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 10.1.0.11 -m\n", "-R");

    assertThat(result.err()).isEmpty();
    assertThat(server.director.applied).isEqualTo(1);
    assertThat(saved()).isEqualTo("-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 10.1.0.11:80 -m -w 1\n");
  }

  @Test
  void restoreNamesTheLineThatXlvsdRefusesAndRestoresNothing() {
    Lbctl.Result result = lbctl.run("# one\n-A -t 10.0.0.1:80 -s rr\n-A -t 10.0.0.1:80 -s wlc\n", "-R");

    assertThat(result.err()).isEqualTo("line 3 (-A -t 10.0.0.1:80 -s wlc): Service already exists:"
        + " service services/tcp:10.0.0.1:80 exists; nothing was restored\n");
    assertThat(result.status()).isEqualTo(255);
    assertThat(saved()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "-a -t 10.0.0.1:80 -r 10.1.0.300:80 | illegal real server address[:port] specified | 2",
    "garbage | no option is there | 255",
    "-Ln | only rules can be restored: -A -E -D -a -e -d -C -P -Q --set | 2",
    "-A -t 10.0.0.2:80 -s | -s: missing argument | 255"})
  void restoreNamesTheLineThatCannotBeRead(String line, String text, int status) {
    Lbctl.Result result = lbctl.run("-A -t 10.0.0.1:80 -s rr\n" + line + "\n", "-R");

    assertThat(result.err()).startsWith("line 2 (" + line + "): " + text).endsWith("; nothing was restored\n").hasLineCount(1);
    assertThat(result.status()).isEqualTo(status);
    assertThat(saved()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"-g, gatewaying (-g)", "-i, tunnelling (-i)"})
  void portThatCannotBeMappedBecomesTheServicesWithAWarning(String method, String word) {
    done("-A -t 10.0.0.1:80 -s rr");

    Lbctl.Result result = lbctl.run("-a -t 10.0.0.1:80 -r 10.1.0.11:8080 " + method);

    assertThat(result.status()).isZero();
    assertThat(result.err()).isEqualTo("lbctl: warning: " + word + " cannot map ports: real server port 8080 becomes the"
        + " service's, 80; use -m or -b to map ports\n");
    assertThat(saved()).contains("-r 10.1.0.11:80 " + method);
  }

  @Test
  void servicesSortAsLibipvsSortsThem() {
    // libipvs compares by the sign of a 32-bit difference: 192.168/16 comes before 10/8.
    for (String address : List.of("10.0.0.1", "192.168.1.1", "9.255.255.255", "10.0.0.2")) {
      done("-A -u " + address + ":53 -s rr");
    }
    done("-A -t 10.0.0.2:443 -s rr");
    done("-A -t 10.0.0.2:80 -s rr");

    assertThat(lbctl.run("-Sn").out().lines().map(line -> line.split(" ")[2])).containsExactly(
        "10.0.0.2:80", "10.0.0.2:443", "192.168.1.1:53", "9.255.255.255:53", "10.0.0.1:53", "10.0.0.2:53");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
    "99999999 | \" 99999999\" | \" 99999999\"", "100000000 | \"  100000K\" | \" 100000000\"",
    "999999999 | \"  999999K\" | \" 999999999\"", "1000000000 | \"    1000M\" | \" 1000000000\"",
    "99999999999 | \"   99999M\" | \" 99999999999\"", "100000000000 | \"     100G\" | \" 100000000000\"",
    "100000000000000 | \"     100T\" | \" 100000000000000\"", "-1 | \"18446744T\" | \" 18446744073709551615\""})
  void figuresAreScaledAsIpvsadmScalesThem(long value, String scaled, String exact) {
    done("-A -t 10.0.0.1:80 -s rr");
    server.director.services.computeIfPresent("services/tcp:10.0.0.1:80", (name, service) ->
        VirtualService.newBuilder(service).setCounters(Counters.newBuilder().setConnections(value)).build());

    assertThat(lbctl.run("-Ln --stats").out())
        .endsWith("TCP  10.0.0.1:80                 " + scaled + "        0        0        0        0\n");
    assertThat(lbctl.run("-Ln --stats --exact").out())
        .endsWith("TCP  10.0.0.1:80                 " + exact + "        0        0        0        0\n");
  }

  @Test
  void longHostNamesAreCutButAddressesNot() {
    done("-A -t 10.9.9.9:80 -s rr");
    done("-a -t 10.9.9.9:80 -r 10.9.9.9:80 -m");
    done("-A -t [2001:db8:1111:2222:3333:4444:5555:6666]:65535 -s rr");

    assertThat(lbctl.run("-L").out())
        .contains("\nTCP  a-host-with-a-rather-long-na rr\n")
        .contains("\n  -> a-host-with-a-rather-long-na Masq    1 ")
        .contains("\nTCP  [2001:db8:1111:2222:3333:4444:5555:6666]:65535 rr\n");
    assertThat(lbctl.run("-S").out()).contains("-r a-host-with-a-rather-long-name.example:http ");
  }

  @Test
  void tunnelsAreListed() {
    done("-A -t 10.0.0.1:80 -s rr");
    done("-a -t 10.0.0.1:80 -r 10.1.0.11 -i --tun-type gue --tun-port 5555 --tun-csum");
    done("-a -t 10.0.0.1:80 -r 10.1.0.12 -i --tun-type gre");
    done("-a -t 10.0.0.1:80 -r 10.1.0.13 -i");
    done("-a -t 10.0.0.1:80 -r 10.1.0.14 -m");

    assertThat(lbctl.run("-Ln --tun-info").out()).endsWith("""
          -> RemoteAddress:Port           Forward TunnelInfo    Weight ActiveConn InActConn
        TCP  10.0.0.1:80 rr
          -> 10.1.0.11:80                 Tunnel  gue:5555:+c   1      0          0        \s
          -> 10.1.0.12:80                 Tunnel  gre:-c        1      0          0        \s
          -> 10.1.0.13:80                 Tunnel  ipip          1      0          0        \s
          -> 10.1.0.14:80                 Masq    n/a           1      0          0        \s
        """);
  }

  @Test
  void zeroNamesTheServiceOrAll() {
    done("-A -f 7 -s rr");
    done("-Z");
    done("-Z -f 7");

    assertThat(server.director.zeroed).containsExactly("", "services/fwm4:7");
  }

  @Test
  void theLineNamesValueAndRemedy() {
    assertThat(lbctl.run("-A -t 128.24.170.256:7000 -s rr").err()).isEqualTo("illegal virtual server address[:port] specified:"
        + " `128.24.170.256' is not an IPv4 address: four numbers of 0 to 255, such as 10.0.0.100\n");
    assertThat(lbctl.run("-A -t 010.0.0.100:80 -s rr").err()).contains("`010.0.0.100' has a part with a leading zero");
    assertThat(lbctl.run("-A -t 10.0.0.1:80 -s nosuch").err())
        .isEqualTo("Scheduler or persistence engine not found: scheduler \"nosuch\" is not known\n");
    assertThat(lbctl.run("", "-A", "-t", "10.0.0.1\n\033[2J:80").err())
        .startsWith("illegal virtual server address[:port] specified: `10.0.0.1\\x0a\\x1b[2J' is neither").hasLineCount(1);
  }

  @Test
  void syncDaemonIsRefusedByName() {
    Lbctl.Result start = lbctl.run("--start-daemon master --mcast-interface eth0");

    assertThat(start.status()).isEqualTo(255);
    assertThat(start.err()).contains("--start-daemon: xlvs has no connection sync daemon");
    assertThat(lbctl.run("-L --daemon")).isEqualTo(new Lbctl.Result(0, "", ""));
  }

  @Test
  void unreachableDaemonIsNamedWithRemedy() {
    Lbctl.Result missing = new Lbctl("/nonexistent/xlvsd.sock").run("-Ln");

    assertThat(missing.status()).isEqualTo(2);
    assertThat(missing.out()).isEmpty();
    assertThat(missing.err()).startsWith("Can't connect to xlvsd at /nonexistent/xlvsd.sock: ").contains("start xlvsd");
  }

  @Test
  void restoreLooksForTheDaemonBeforeItReadsAnyRule() {
    Lbctl.Result missing = new Lbctl("/nonexistent/xlvsd.sock").run("garbage\n", "-R");

    assertThat(missing.status()).isEqualTo(2);
    assertThat(missing.err()).startsWith("Can't connect to xlvsd at /nonexistent/xlvsd.sock: ");
  }

  @Test
  void deadSocketIsNamedWithRemedy(@org.junit.jupiter.api.io.TempDir java.nio.file.Path directory) throws IOException {
    java.nio.file.Path socket = directory.resolve("dead.sock");
    try (var channel = java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
      channel.bind(java.net.UnixDomainSocketAddress.of(socket));
    }

    Lbctl.Result dead = new Lbctl(socket.toString()).run("-C");

    assertThat(dead.status()).isEqualTo(2);
    assertThat(dead.err()).isEqualTo("Can't connect to xlvsd at " + socket + ": nobody listens there: start xlvsd\n");
  }

  @Test
  void whatIsNoSocketOfXlvsdIsNamed(@org.junit.jupiter.api.io.TempDir java.nio.file.Path directory) throws Exception {
    assertThat(new Lbctl(directory.toString()).run("-Ln").err()).isEqualTo("Can't connect to xlvsd at " + directory
        + ": this is no socket: name xlvsd's with --socket PATH or XLVS_SOCKET\n");
    java.nio.file.Path socket = directory.resolve("other.sock");
    try (var other = java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
      other.bind(java.net.UnixDomainSocketAddress.of(socket));
      Thread answers = new Thread(() -> {
        try (var client = other.accept()) {
          client.write(java.nio.ByteBuffer.wrap("220 some other program\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
        } catch (IOException e) {
          throw new java.io.UncheckedIOException(e);
        }
      });
      answers.start();
      Lbctl.Result result = new Lbctl(socket.toString()).run("-Ln");
      answers.join();

      assertThat(result.status()).isEqualTo(2);
      assertThat(result.err()).isEqualTo("Can't connect to xlvsd at " + socket + ": the connection broke: is this xlvsd's socket?"
          + " If it is, xlvsd's log says what became of it\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--socket %s -Ln", "-Ln --socket %s", "--socket=%s -Ln", "--socket %s service list"})
  void socketMayBeGivenAnywhere(String line) {
    Lbctl elsewhere = new Lbctl("/nonexistent/xlvsd.sock");

    assertThat(elsewhere.run(String.format(line, server.socket())).status()).isZero();
  }

  @Test
  void helpAndVersionNeedNoDaemon() {
    Lbctl nowhere = new Lbctl("/nonexistent/xlvsd.sock");

    assertThat(nowhere.run("-h").out()).contains("--add-laddr       -P").startsWith("lbctl v");
    assertThat(nowhere.run("--help").status()).isZero();
    assertThat(nowhere.run("-v").out()).startsWith("lbctl v").hasLineCount(1);
  }
}
