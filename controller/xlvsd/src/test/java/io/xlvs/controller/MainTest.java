// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.xlvs.controller.config.ApiConfig;
import io.xlvs.controller.config.DaemonConfig;
import io.xlvs.controller.config.DataPlaneConfig;
import io.xlvs.controller.config.StoreConfig;
import io.xlvs.controller.dataplane.DataPlane;
import io.xlvs.controller.dataplane.DataPlaneException;
import io.xlvs.controller.dataplane.DataPlaneOptions;
import io.xlvs.controller.dataplane.DataPlaneProvider;
import io.xlvs.controller.dataplane.FakeDataPlane;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

class MainTest {
  @TempDir private Path temp;
  private final FakeDataPlane dataPlane = new FakeDataPlane();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private String openFails = "";
  private boolean passed;

  private final DataPlaneProvider provider = new DataPlaneProvider() {
    @Override
    public DataPlane open(DataPlaneOptions options, Gate gate) throws DataPlaneException, IOException {
      if (!openFails.isEmpty()) {
        throw new DataPlaneException(openFails);
      }
      gate.pass();
      passed = true;
      return dataPlane;
    }

    @Override
    public boolean detach(Path bpffs) {
      return bpffs.endsWith("pinned");
    }
  };

  /** The level is the process's: other tests log too. */
  @AfterEach
  void quieten() {
    LogSetup.apply(false, "warn");
  }

  private int run(String... arguments) {
    return Main.run(provider, new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  @Test
  void helpAndVersionGoToStandardOutput() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("--interface", "--attach-mode", "--state-dir", "--detach", "xlvsd --interface eth0");
    for (var section : DaemonConfig.class.getRecordComponents()) {
      assertThat(out.toString()).contains("  " + kebab(section.getName()) + ": ");
      for (var key : section.getType().getRecordComponents()) {
        assertThat(out.toString().lines()).anyMatch(line -> line.matches(".*[ ,]" + kebab(key.getName()) + "(,.*|$)"));
      }
    }
    var capacities = DataPlaneOptions.Capacities.DEFAULT;
    assertThat(out.toString()).contains("established connections (default " + capacities.connections() + ")",
        "in progress (default " + capacities.halfOpen() + ")", "virtual services (default " + capacities.services() + ")",
        "real servers of all services (default " + capacities.servers() + ")",
        "local addresses of all services (default " + capacities.localAddresses() + ")",
        "addresses with ports of mark rules (default " + capacities.markEntries() + ")",
        "rings of all services (default " + capacities.ringEntries() + ")", "in MiB (default " + (capacities.flowCacheBytes() >> 20) + ")");
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).containsPattern("xlvsd \\d+\\.\\d+\\.\\d+");
    assertThat(err.toString()).isEmpty();
  }

  private static String kebab(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--nosuch", "", "--interface eth0 --connections many", "--interface eth0 --connections 5",
      "--interface eth0 --attach-mode fast", "--config /nosuch/file", "--interface eth0 --socket-mode 9", "extra"})
  void aWrongCommandLineIsOneLineAndExitsWithTwo(String arguments) {
    assertThat(run(arguments.isEmpty() ? new String[0] : arguments.split(" "))).isEqualTo(2);
    assertThat(err.toString().lines()).singleElement().asString().startsWith("xlvsd: ");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void anInterfaceThatIsNotThereIsOneLineAndExitsWithOne() {
    assertThat(run("--interface", "nosuch0", "--state-dir", temp.toString())).isEqualTo(1);
    assertThat(err.toString().lines()).singleElement().asString().contains("interface nosuch0 does not exist").contains("lo");
  }

  @Test
  void aDataPlaneThatCannotBeHadIsOneLineAndExitsWithOne() {
    openFails = "the verifier refused xlvs_xdp: ...";
    assertThat(run("--interface", "lo", "--state-dir", temp.toString(), "--socket", temp.resolve("s").toString())).isEqualTo(1);
    assertThat(err.toString()).isEqualTo("xlvsd: the verifier refused xlvs_xdp: ...\n");
  }

  @Test
  void detachSaysWhetherThereWasAnything() {
    assertThat(run("--detach", "--bpffs", "/x/pinned")).isZero();
    assertThat(run("--detach", "--bpffs", "/x/other")).isZero();
    assertThat(out.toString()).isEqualTo("detached the data plane pinned in /x/pinned\nnothing is pinned in /x/other\n");
  }

  @ParameterizedTest
  @CsvSource({"6.1.0-18-amd64,true", "6.18.0,true", "7.0,true", "10.0.1,true", "6.0.19,false", "5.15.0-91-generic,false", "odd,false"})
  void kernelsBeforeSixOneAreRefused(String release, boolean enough) {
    if (enough) {
      assertThatCode(() -> Preflight.requireKernel(release)).doesNotThrowAnyException();
    } else {
      assertThatThrownBy(() -> Preflight.requireKernel(release)).hasMessageContaining(release).hasMessageContaining("6.1 or newer");
    }
  }

  @Test
  void missingCapabilitiesAreNamed() {
    assertThatCode(() -> Preflight.requireCapabilities(List.of("CapEff:\t000001ffffffffff"))).doesNotThrowAnyException();
    assertThatThrownBy(() -> Preflight.requireCapabilities(List.of("Name:\tjava", "CapEff:\t0000000000001000")))
        .hasMessageContaining("CAP_PERFMON, CAP_BPF").hasMessageContaining("root");
  }

  private DaemonConfig config() {
    return new DaemonConfig(new DataPlaneConfig(List.of("lo"), null, null, null, null, null, null, null, null, null, null, null),
        new StoreConfig(temp.resolve("state").toString()), new ApiConfig(temp.resolve("sock").toString(), null), null);
  }

  @Test
  void aDaemonReleasesEverythingAndCanStartAgain() throws Exception {
    for (int i = 0; i < 2; i++) {
      try (Daemon daemon = Daemon.start(config(), provider, "1")) {
        assertThat(daemon).isNotNull();
        assertThat(temp.resolve("sock")).exists();
        assertThatThrownBy(() -> Daemon.start(config(), provider, "1")).hasMessageContaining("is in use by process");
      }
      assertThat(temp.resolve("sock")).doesNotExist();
      assertThat(dataPlane.closed).isTrue();
    }
  }

  @Test
  void aSocketThatCannotBeMadeIsNoticedBeforeTheKernelIsTouched() throws Exception {
    openFails = "the data plane was asked for";
    Files.writeString(temp.resolve("sock"), "no socket");
    assertThatThrownBy(() -> Daemon.start(config(), provider, "1")).isInstanceOf(IOException.class).hasMessageContaining("is no socket");
    Files.delete(temp.resolve("sock"));
    Files.createDirectories(temp.resolve("sock.new/full"));
    assertThatThrownBy(() -> Daemon.start(config(), provider, "1")).isInstanceOf(IOException.class)
        .hasMessageContaining(temp.resolve("sock").toString()).hasMessageContaining("a directory with files in it is in the way").hasMessageContaining("--socket");
  }

  @Test
  void aDamagedStateFileStopsTheStartAtTheGate() throws Exception {
    Files.createDirectories(temp.resolve("state"));
    Files.writeString(temp.resolve("state/configuration"), "nothing of ours");
    assertThatThrownBy(() -> Daemon.start(config(), provider, "1")).isInstanceOf(IOException.class).hasMessageContaining("cannot be used");
    assertThat(passed).isFalse();
    Files.delete(temp.resolve("state/configuration"));
    Daemon.start(config(), provider, "1").close();
    assertThat(passed).isTrue();
  }

  @Test
  void aStartThatFailsLateTakesBackWhatItBroughtIntoTheKernelAndNothingElse() throws Exception {
    dataPlane.failingApplies = 2;
    assertThatThrownBy(() -> Daemon.start(config(), provider, "1")).hasMessageContaining("EPERM");
    assertThat(dataPlane.detached).isTrue();
    dataPlane.detached = false;
    dataPlane.fresh = false;
    assertThatThrownBy(() -> Daemon.start(config(), provider, "1")).hasMessageContaining("EPERM");
    assertThat(dataPlane.closed).isTrue();
    assertThat(dataPlane.detached).isFalse();
    Daemon.start(config(), provider, "1").close();
  }

  /** gRPC says much through java.util.logging, in lines of a form of their own. */
  @Test
  void whatLibrariesSayIsOurLogFromWarningsOn() {
    LogSetup.apply(false, "info");
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    root.addAppender(log);
    try {
      java.util.logging.Logger library = java.util.logging.Logger.getLogger("io.grpc.internal.Whatever");
      library.info("chatter");
      library.log(java.util.logging.Level.WARNING, "{0} of {1}", new Object[] {3, 4});
      library.log(java.util.logging.Level.SEVERE, "broken", new IllegalStateException("why"));
    } finally {
      root.detachAppender(log);
    }
    assertThat(log.list).extracting(ILoggingEvent::getLoggerName, ILoggingEvent::getLevel, ILoggingEvent::getFormattedMessage).containsExactly(
        tuple("io.grpc.internal.Whatever", Level.WARN, "3 of 4"), tuple("io.grpc.internal.Whatever", Level.ERROR, "broken"));
    assertThat(log.list.get(1).getThrowableProxy().getMessage()).isEqualTo("why");
    assertThat(java.util.logging.Logger.getLogger("").getHandlers()).hasSize(1);
  }

  @Test
  void aSocketInADirectoryThatIsNotThereIsRefusedAndMakesNone() {
    Path socket = temp.resolve("no/such/sock");
    assertThat(run("--interface", "lo", "--state-dir", temp.resolve("state").toString(), "--socket", socket.toString())).isEqualTo(1);
    assertThat(err.toString()).isEqualTo("xlvsd: socket " + socket + " cannot be made: directory " + temp.resolve("no")
        + " does not exist: create it; give another with --socket\n");
    assertThat(temp.resolve("no")).doesNotExist();
  }

  @Test
  void aStateDirectoryBelowOneThatIsNotThereIsRefused() {
    assertThat(run("--interface", "lo", "--state-dir", temp.resolve("no/state").toString())).isEqualTo(1);
    assertThat(err.toString()).isEqualTo("xlvsd: state directory " + temp.resolve("no/state") + " cannot be used: directory "
        + temp.resolve("no") + " does not exist: create it; give another with --state-dir\n");
  }

  @Test
  void aLogLineIsOneLineOfPairs() {
    LoggerContext context = new LoggerContext();
    LoggingEvent event = new LoggingEvent("", context.getLogger("io.xlvs.controller.Daemon"), Level.INFO,
        "it \"broke\"\nhere", new IllegalStateException("why"), null);
    event.setTimeStamp(1_795_000_000_123L);
    event.addKeyValuePair(new KeyValuePair("revision", 7));
    event.addKeyValuePair(new KeyValuePair("path", "/a b"));
    String line = new KeyValueLayout().doLayout(event);
    assertThat(line).startsWith("time=2026-11-18T11:06:40.123Z level=info logger=Daemon message=\"it \\\"broke\\\"\\nhere\" revision=7"
        + " path=\"/a b\" error=\"java.lang.IllegalStateException: why\\n").endsWith("\"\n");
    assertThat(line.strip()).doesNotContain("\n");
  }
}
