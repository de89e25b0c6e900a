// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** FTP through NAT and FULLNAT with curl and Apache FtpServer, in active and passive mode. */
@Tag("end-to-end")
class FtpTest {
  private static final int MEBIBYTES = 3;
  private static final int START_SECONDS = 120;

  /** Longer than any real server's address, so that each 227 has to make room. */
  private static final String LONG_VIP = "10.100.100.100";

  @RegisterExtension static final LabExtension LAB = new LabExtension(LabOptions.DEFAULT);

  @TempDir static Path files;

  private static final List<Child> SERVERS = new ArrayList<>();

  /** What makes curl ask for data in one way. */
  private enum Way {
    PASV("--disable-epsv"),
    EPSV,
    PORT("--ftp-port", "-", "--disable-eprt"),
    EPRT("--ftp-port", "-");

    private final List<String> words;

    Way(String... words) {
      this.words = List.of(words);
    }
  }

  @BeforeAll
  static void startServers() throws IOException {
    byte[] content = new byte[MEBIBYTES << 20];
    new Random(7).nextBytes(content);
    Files.write(files.resolve("big"), content);
    String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    for (RealServerHost host : LAB.lab().servers()) {
      Path home = Files.createDirectory(files.resolve(host.name()));
      Files.write(home.resolve("big"), content);
      for (int n = 0; n < 20; n++) {
        Files.writeString(home.resolve("small" + n), "file " + n + "\n");
      }
      SERVERS.add(Child.start("ftp-" + host.name(), host.namespace(), LAB.lab().workspace().cgroup(), files.resolve(host.name() + ".log"),
          List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC", "-Xmx96m", "-cp", classPath,
              FtpServerMain.class.getName(), home.toString(), "21")));
    }
    SERVERS.forEach(server -> server.awaitLine("ready", START_SECONDS));
    LAB.director().namespace().ip("address add " + LONG_VIP + "/32 dev lo");
    LAB.lab().clientNamespace().ip("route add " + LONG_VIP + "/32 via " + Family.IPV4.directorFront());
    service(LONG_VIP, Family.IPV4, "-m");
    service(Mode.NAT.vip(Family.IPV6), Family.IPV6, "-m");
    service(Mode.FULLNAT.vip(Family.IPV4), Family.IPV4, "-b");
    service(Mode.FULLNAT.vip(Family.IPV6), Family.IPV6, "-b");
  }

  private static void service(String vip, Family family, String method) {
    String service = family.withPort(vip, 21);
    LAB.director().lbctl("-A", "-t", service, "-s", "rr");
    if (method.equals("-b")) {
      family.localAddresses().forEach(address -> LAB.director().lbctl("-P", "-t", service, "-z", address));
    }
    for (int number = 1; number <= 3; number++) {
      LAB.director().lbctl("-a", "-t", service, "-r", family.withPort(family.server(number), 21), method);
    }
  }

  @AfterAll
  static void stopServers() {
    for (String vip : List.of(LONG_VIP + ":21", Mode.FULLNAT.vip(Family.IPV4) + ":21",
        "[" + Mode.NAT.vip(Family.IPV6) + "]:21", "[" + Mode.FULLNAT.vip(Family.IPV6) + "]:21")) {
      LAB.director().attempt("", "-D", "-t", vip);
    }
    SERVERS.forEach(Child::close);
    LAB.lab().clientNamespace().ip("route del " + LONG_VIP + "/32");
    LAB.director().namespace().ip("address del " + LONG_VIP + "/32 dev lo");
  }

  private static Command.Result curl(Way way, String... words) {
    List<String> command = new ArrayList<>(List.of("curl", "--silent", "--show-error", "--max-time", "90"));
    command.addAll(way.words);
    command.addAll(List.of(words));
    return Command.attempt(LAB.lab().clientNamespace().wrap(command), "", Map.of());
  }

  private static void succeeds(Command.Result result) {
    assertThat(result.status()).as(result.err() + LAB.director().lbctl("-Lnc")).isZero();
  }

  private static String url(String vip, Family family) {
    return "ftp://" + (family == Family.IPV6 ? "[" + vip + "]" : vip) + "/";
  }

  static Stream<Arguments> everyWay() {
    Family four = Family.IPV4;
    Family six = Family.IPV6;
    return Stream.of(
        Arguments.of(Way.PASV, LONG_VIP, four),
        Arguments.of(Way.EPSV, LONG_VIP, four),
        Arguments.of(Way.PORT, LONG_VIP, four),
        Arguments.of(Way.EPRT, LONG_VIP, four),
        Arguments.of(Way.EPSV, Mode.NAT.vip(six), six),
        Arguments.of(Way.EPRT, Mode.NAT.vip(six), six),
        Arguments.of(Way.PASV, Mode.FULLNAT.vip(four), four),
        Arguments.of(Way.EPSV, Mode.FULLNAT.vip(four), four),
        Arguments.of(Way.EPSV, Mode.FULLNAT.vip(six), six));
  }

  @ParameterizedTest
  @MethodSource("everyWay")
  void filesArriveWholeInBothDirections(Way way, String vip, Family family) throws IOException {
    Path got = files.resolve("got");
    String name = "up-" + way + "-" + family + vip.hashCode();
    succeeds(curl(way, "-o", got.toString(), url(vip, family) + "big"));
    assertThat(got).hasSameBinaryContentAs(files.resolve("big"));
    succeeds(curl(way, "-T", files.resolve("big").toString(), url(vip, family) + name));
    List<Path> uploaded = new ArrayList<>();
    for (RealServerHost host : LAB.lab().servers()) {
      Path file = files.resolve(host.name()).resolve(name);
      if (Files.exists(file)) {
        uploaded.add(file);
      }
    }
    assertThat(uploaded).hasSize(1);
    assertThat(uploaded.get(0)).hasSameBinaryContentAs(files.resolve("big"));
  }

  @ParameterizedTest
  @MethodSource("everyWay")
  void aSessionHasManyDataConnections(Way way, String vip, Family family) {
    List<String> urls = new ArrayList<>();
    StringBuilder wanted = new StringBuilder();
    for (int n = 0; n < 20; n++) {
      urls.add(url(vip, family) + "small" + n);
      wanted.append("file ").append(n).append('\n');
    }
    Command.Result result = curl(way, urls.toArray(String[]::new));
    succeeds(result);
    assertThat(result.out()).isEqualTo(wanted.toString());
  }

  @Test
  void twoClientsAtOnceGetTheirOwnFiles() {
    List<CompletableFuture<Command.Result>> both = Stream.of(Way.PASV, Way.PORT)
        .map(way -> CompletableFuture.supplyAsync(() -> curl(way, url(LONG_VIP, Family.IPV4) + "big", "-o", files.resolve("two-" + way).toString())))
        .toList();
    both.forEach(one -> succeeds(one.join()));
    assertThat(files.resolve("two-PASV")).hasSameBinaryContentAs(files.resolve("big"));
    assertThat(files.resolve("two-PORT")).hasSameBinaryContentAs(files.resolve("big"));
  }

  @Test
  void aPersistentServiceOfDirectRoutingKeepsItsDataWithTheSameServer() {
    String service = Mode.DR.vip(Family.IPV4) + ":21";
    LAB.director().lbctl("-A", "-t", service, "-s", "rr", "-p", "60");
    try {
      for (int number = 1; number <= 3; number++) {
        LAB.director().lbctl("-a", "-t", service, "-r", Family.IPV4.server(number), "-g");
      }
      for (Way way : List.of(Way.EPSV, Way.EPRT)) {
        Command.Result result = curl(way, url(Mode.DR.vip(Family.IPV4), Family.IPV4) + "small1", url(Mode.DR.vip(Family.IPV4), Family.IPV4) + "small2");
        succeeds(result);
        assertThat(result.out()).isEqualTo("file 1\nfile 2\n");
      }
      assertThat(LAB.director().lbctl("-Lnc")).contains(Mode.DR.vip(Family.IPV4) + ":0 ");
    } finally {
      LAB.director().lbctl("-D", "-t", service);
    }
  }
}
