// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.loader.net.NetNs;
import io.xlvs.loader.net.PacketSocket;
import io.xlvs.v1.TableStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** An installed xlvsd in a network namespace of its own, with a default route to a neighbour that is known. Times are in seconds. */
final class Daemon implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 300;
  private static final double ANSWER_SECONDS = 0.05;
  private static final byte[] CLIENT = {(byte) 198, 51, 100, 7};
  private static final int FIRST_PORT = 1024;
  private static final String SETUP =
      """
      link set lo up
      link add up0 address 02:00:00:00:01:01 type veth peer name far
      link set far up
      link set up0 up
      address add 172.16.0.1/24 dev up0
      neigh add 172.16.0.254 lladdr 02:00:00:00:01:fe dev up0 nud permanent
      route add default via 172.16.0.254
      """;

  private final String namespace = "xlvs-scale-" + ProcessHandle.current().pid();
  private final Path directory = Files.createTempDirectory("xlvs-scale");
  private final Path xlvs;
  private final List<String> options;
  private Process process;
  private long lbctlPeakBytes;
  private String jvmOptions = "";

  /**
   * Makes the namespace; starts nothing.
   *
   * @param xlvs the installation
   * @param servers capacity for real servers
   * @param services capacity for services
   */
  Daemon(Path xlvs, long servers, long services) throws IOException {
    this.xlvs = xlvs;
    this.options = List.of("--interface", "up0", "--attach-mode", "tc", "--state-dir", path("state"), "--bpffs", path("bpf"), "--socket",
        path("sock"), "--servers", Long.toString(servers), "--services", Long.toString(Math.max(services, 16384)));
    Lab.run("ip", "netns", "add", namespace);
    Path setup = Files.writeString(directory.resolve("setup"), SETUP);
    Lab.run("ip", "-n", namespace, "-batch", setup.toString());
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }

  Path directory() {
    return directory;
  }

  /** Options of the JVM for the next start. */
  void jvmOptions(String options) {
    jvmOptions = options;
  }

  /** Starts it and waits until it serves. */
  double start() throws IOException {
    Path log = directory.resolve("log");
    Files.deleteIfExists(log);
    // Not `ip netns exec': that would give each start a mount namespace, and with it a bpffs, of its own.
    List<String> command = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + namespace, xlvs.resolve("bin/xlvsd").toString()));
    command.addAll(options);
    long start = System.nanoTime();
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("XLVSD_OPTS", jvmOptions);
    process = builder.start();
    while (!Files.readString(log).contains("message=ready")) {
      if (!process.isAlive() || since(start) > PATIENCE_SECONDS) {
        throw new IllegalStateException("xlvsd did not start: " + Files.readString(log));
      }
      pause();
    }
    return since(start);
  }

  void stop() {
    process.destroy();
    await(process);
  }

  void kill() {
    process.destroyForcibly();
    await(process);
  }

  /** Takes the data plane of a stopped one out of the kernel; what is configured stays. */
  void detach() {
    Lab.run("nsenter", "--net=/run/netns/" + namespace, xlvs.resolve("bin/xlvsd").toString(), "--detach", "--bpffs", path("bpf"));
  }

  /** Runs lbctl to its end; its output is thrown away. */
  double lbctl(Path input, String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of(xlvs.resolve("bin/lbctl").toString()));
    command.addAll(List.of(words));
    Path errors = directory.resolve("errors");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile()).redirectOutput(directory.resolve("output").toFile());
    if (input != null) {
      builder.redirectInput(input.toFile());
    }
    builder.environment().put("XLVS_SOCKET", path("sock"));
    long start = System.nanoTime();
    Process lbctl = builder.start();
    lbctlPeakBytes = 0;
    while (lbctl.isAlive()) {
      lbctlPeakBytes = Math.max(lbctlPeakBytes, peakBytes(lbctl.pid()));
      pause();
    }
    double seconds = since(start);
    if (await(lbctl) != 0) {
      throw new IllegalStateException("lbctl " + String.join(" ", words) + " failed: " + Files.readString(errors));
    }
    return seconds;
  }

  /**
   * Runs lbctl as a shell does whose reader counts lines: {@code lbctl WORDS | wc -l}.
   *
   * @param heap of lbctl's JVM, such as "24m"
   * @param lines that it must have printed
   */
  double count(String heap, long lines, String words) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", xlvs.resolve("bin/lbctl") + " " + words + " | wc -l");
    builder.environment().put("XLVS_SOCKET", path("sock"));
    builder.environment().put("LBCTL_OPTS", "-Xmx" + heap);
    long start = System.nanoTime();
    Process shell = builder.redirectError(directory.resolve("errors").toFile()).start();
    String counted = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
    double seconds = since(start);
    if (await(shell) != 0 || Long.parseLong(counted) != lines) {
      throw new IllegalStateException(
          "lbctl " + words + " printed " + counted + " lines, not " + lines + ": " + Files.readString(directory.resolve("errors")));
    }
    return seconds;
  }

  /** Where its maps are pinned. */
  Path pins() {
    return directory.resolve("bpf").resolve("director");
  }

  /** A client that is connected; the caller closes it. */
  WarmClient client() {
    return new WarmClient(directory.resolve("sock"));
  }

  /** The kernel's HZ. */
  int jiffiesPerSecond() {
    try (WarmClient client = client()) {
      return client.status().getJiffiesPerSecond();
    }
  }

  /** Waits until a new connection to a service (an IPv4 address, port 80) is forwarded: a client's SYN, again and again. */
  double awaitForwarding(byte[] vip) {
    long start = System.nanoTime();
    try (NetNs inside = NetNs.enter(namespace); PacketSocket far = PacketSocket.open("far")) {
      for (int port = FIRST_PORT; since(start) < PATIENCE_SECONDS; port++) {
        far.send(Frames.build(Transport.TCP, Frames.SYN, CLIENT, port, vip, 80));
        for (long sent = System.nanoTime(); since(sent) < ANSWER_SECONDS; pause()) {
          for (Optional<byte[]> frame = far.receive(); frame.isPresent(); frame = far.receive()) {
            if (isForwarded(frame.get(), port)) {
              return since(start);
            }
          }
        }
      }
    }
    throw new IllegalStateException("nothing is forwarded");
  }

  /** Whether it is the client's SYN on its way to a server, whose ports are others. */
  private static boolean isForwarded(byte[] frame, int port) {
    int ports = Frames.ETHERNET + 20;
    return frame.length > ports + 4 && Arrays.equals(frame, Frames.ETHERNET + 12, Frames.ETHERNET + 16, CLIENT, 0, 4)
        && ByteBuffer.wrap(frame).getShort(ports) == (short) port && ByteBuffer.wrap(frame).getShort(ports + 2) != 80;
  }

  /** Of the last lbctl, looked at every few milliseconds. */
  long lbctlPeakBytes() {
    return lbctlPeakBytes;
  }

  /** Since the last start. */
  long peakBytes() {
    return peakBytes(process.pid());
  }

  private static long peakBytes(long pid) {
    return statusBytes(pid, "VmHWM:");
  }

  /** What it has now that is no mapping of a file or table. */
  long ownBytes() {
    return statusBytes(process.pid(), "RssAnon:");
  }

  /** A line of /proc/PID/status; 0 for a process that has ended. */
  private static long statusBytes(long pid, String key) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
      return lines.filter(line -> line.startsWith(key)).mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).sum() << 10;
    } catch (IOException | UncheckedIOException ended) {
      return 0;
    }
  }

  /** Memory of all tables in the kernel. */
  long tablesBytes() {
    try (WarmClient client = client()) {
      return client.status().getTablesList().stream().mapToLong(TableStatus::getMemoryBytes).sum();
    }
  }

  private static double since(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static void pause() {
    try {
      Thread.sleep(5);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static int await(Process ending) {
    try {
      return ending.waitFor();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Leaves nothing behind: no process, pins, mount, namespace or file. */
  @Override
  public void close() throws IOException {
    if (process != null) {
      kill();
    }
    detach();
    Lab.run("ip", "netns", "del", namespace);
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
