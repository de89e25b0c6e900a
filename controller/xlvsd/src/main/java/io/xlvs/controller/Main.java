// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller;

import io.xlvs.controller.config.ApiConfig;
import io.xlvs.controller.config.ConfigException;
import io.xlvs.controller.config.ConfigFile;
import io.xlvs.controller.config.DaemonConfig;
import io.xlvs.controller.config.DataPlaneConfig;
import io.xlvs.controller.config.LogConfig;
import io.xlvs.controller.config.StoreConfig;
import io.xlvs.controller.dataplane.DataPlaneException;
import io.xlvs.controller.dataplane.DataPlaneProvider;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Entry point of xlvsd. Exit codes: 0 stopped or detached as asked, 1 could not start, 2 wrong command line or configuration file. */
@Command(
    name = "xlvsd",
    versionProvider = Version.class,
    sortOptions = false,
    description = "The director's daemon of xlvs: loads the data plane, keeps the configuration and serves the API to lbctl.",
    footer = {"",
        "Sections and keys of the configuration file (docs/xlvsd.yaml has each with its meaning and default):",
        "  data-plane:  interfaces, attach-mode, bpffs, connections, half-open, services, servers, local-addresses,",
        "               mark-entries, ring-entries, flow-cache, ftp-ports",
        "  store:       state-dir",
        "  api:         socket, socket-mode",
        "  log:         log-format, log-level",
        "", "Examples:", "  xlvsd --interface eth0", "  xlvsd --config /etc/xlvs/xlvsd.yaml --log-format json",
        "  xlvsd --detach          (takes the data plane out of the kernel)",
        "", "Exit status: 0 stopped or detached as asked, 1 could not start, 2 wrong command line or configuration file."})
public final class Main implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final int USAGE = 2;

  @Option(names = "--config", paramLabel = "FILE", description = "YAML file; flags, named as its keys, override it")
  private Path config;

  @Option(names = "--interface", split = ",", paramLabel = "NAME", description = "interfaces to take packets from (key interfaces); needed")
  private List<String> interfaces;

  @Option(names = "--attach-mode", paramLabel = "MODE", description = "auto (default: native, else tc; tc on veth), native, tc or generic")
  private String attachMode;

  @Option(names = "--state-dir", paramLabel = "DIR", description = "where the configuration is kept (default /var/lib/xlvs)")
  private String stateDir;

  @Option(names = "--socket", paramLabel = "PATH", description = "where the API is served (default /run/xlvs/xlvsd.sock)")
  private String socket;

  @Option(names = "--socket-mode", paramLabel = "OCTAL", description = "permissions of the socket (default 0660)")
  private String socketMode;

  @Option(names = "--bpffs", paramLabel = "DIR", description = "bpf file system for pins, mounted if missing (default /run/xlvs/bpf)")
  private String bpffs;

  @Option(names = "--connections", paramLabel = "N", description = "capacity for established connections (default 1048576)")
  private Long connections;

  @Option(names = "--half-open", paramLabel = "N", description = "capacity for handshakes in progress (default 262144)")
  private Long halfOpen;

  @Option(names = "--services", paramLabel = "N", description = "capacity for virtual services (default 16384)")
  private Long services;

  @Option(names = "--servers", paramLabel = "N", description = "capacity for real servers of all services (default 65536)")
  private Long servers;

  @Option(names = "--local-addresses", paramLabel = "N", description = "capacity for local addresses of all services (default 4096)")
  private Long localAddresses;

  @Option(names = "--mark-entries", paramLabel = "N", description = "capacity for addresses with ports of mark rules (default 65536)")
  private Long markEntries;

  @Option(names = "--ring-entries", paramLabel = "N", description = "capacity for scheduler rings of all services (default 4194304)")
  private Long ringEntries;

  @Option(names = "--flow-cache", paramLabel = "MIB", description = "memory of the flow caches, in MiB (default 64)")
  private Long flowCache;

  @Option(names = "--ftp-ports", split = ",", paramLabel = "PORT",
      description = "ports of FTP's control connections, as ip_vs_ftp's ports= (default 21)")
  private List<Integer> ftpPorts;

  @Option(names = "--log-format", paramLabel = "FORMAT", description = "text (default: key=value) or json")
  private String logFormat;

  @Option(names = "--log-level", paramLabel = "LEVEL", description = "error, warn, info (default) or debug")
  private String logLevel;

  @Option(names = "--detach", description = "take the data plane of a stopped xlvsd off the interfaces, remove its pins, and exit")
  private boolean detach;

  @Option(names = {"-h", "--help"}, usageHelp = true, description = "show this help and exit")
  private boolean help;

  @Option(names = {"-V", "--version"}, versionHelp = true, description = "show the version and exit")
  private boolean version;

  @Spec private CommandLine.Model.CommandSpec spec;

  private final DataPlaneProvider provider;

  Main(DataPlaneProvider provider) {
    this.provider = provider;
  }

  public static void main(String[] arguments) {
    DataPlaneProvider provider = ServiceLoader.load(DataPlaneProvider.class).findFirst()
        .orElseThrow(() -> new IllegalStateException("no data plane on the class path: xlvsd is not installed completely"));
    System.exit(run(provider, new PrintWriter(System.out, true), new PrintWriter(System.err, true), arguments));
  }

  /** Runs until stopped; the exit code. */
  static int run(DataPlaneProvider provider, PrintWriter out, PrintWriter err, String... arguments) {
    CommandLine line = new CommandLine(new Main(provider)).setOut(out).setErr(err);
    line.registerConverter(Long.class, Main::number);
    line.setUsageHelpWidth(120);
    line.setParameterExceptionHandler((e, rejected) -> usage(err, e.getMessage()));
    line.setExecutionExceptionHandler((e, command, parsed) -> {
      if (e instanceof ConfigException) {
        return usage(err, e.getMessage());
      }
      err.println("xlvsd: " + (e.getMessage() != null ? e.getMessage() : e.toString()));
      LoggerFactory.getLogger(Main.class).debug("start failed", e);
      return FAILED;
    });
    return line.execute(arguments);
  }

  private static Long number(String text) {
    try {
      return Long.valueOf(text);
    } catch (NumberFormatException e) {
      throw new CommandLine.TypeConversionException("\"" + text + "\" is not a whole number");
    }
  }

  private static int usage(PrintWriter err, String message) {
    err.println("xlvsd: " + message + " (xlvsd --help lists all options)");
    return USAGE;
  }

  @Override
  public Integer call() throws ConfigException, IOException, DataPlaneException, StartException, InterruptedException {
    DaemonConfig settings = flags().over(config == null ? DaemonConfig.NONE : ConfigFile.read(config));
    LogSetup.apply(settings.log().json(), settings.log().level());
    return detach ? detach(settings) : serve(settings);
  }

  private DaemonConfig flags() {
    return new DaemonConfig(
        new DataPlaneConfig(interfaces, attachMode, bpffs, connections, halfOpen, services, servers, localAddresses,
            markEntries, ringEntries, flowCache, ftpPorts),
        new StoreConfig(stateDir), new ApiConfig(socket, socketMode), new LogConfig(logFormat, logLevel));
  }

  private int detach(DaemonConfig settings) throws DataPlaneException {
    Path pins = settings.dataPlane().bpffsPath();
    boolean found = provider.detach(pins);
    spec.commandLine().getOut().println(found ? "detached the data plane pinned in " + pins : "nothing is pinned in " + pins);
    return 0;
  }

  private int serve(DaemonConfig settings)
      throws ConfigException, IOException, DataPlaneException, StartException, InterruptedException {
    Preflight.check(settings.dataPlane().toOptions().interfaces());
    Daemon daemon = Daemon.start(settings, provider, Version.text());
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(daemon), "xlvs-shutdown"));
    new CountDownLatch(1).await();
    return 0;
  }

  /** Ends the process itself: after a signal the JVM would report 143, which is no clean stop to a supervisor. */
  private static void stop(Daemon daemon) {
    Logger log = LoggerFactory.getLogger(Main.class);
    log.info("stopping; the data plane goes on forwarding");
    int code = 0;
    try {
      daemon.close();
    } catch (RuntimeException e) {
      log.error("stop failed", e);
      code = FAILED;
    }
    Runtime.getRuntime().halt(code);
  }
}
