// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import com.google.protobuf.FieldMask;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.xlvs.v1.DirectorGrpc;
import io.xlvs.v1.GetStatusRequest;
import io.xlvs.v1.RealServer;
import io.xlvs.v1.RealServersGrpc;
import io.xlvs.v1.TableStatus;
import io.xlvs.v1.UpdateRealServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

/** An installed xlvsd in a network namespace of its own, with a default route to a neighbour that is known. Times are in seconds. */
final class Daemon implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 300;
  private static final String SETUP =
      """
      link set lo up
      link add up0 type veth peer name far
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

  /** The kernel's HZ. */
  int jiffiesPerSecond() {
    return call(channel -> DirectorGrpc.newBlockingStub(channel).getStatus(GetStatusRequest.getDefaultInstance()).getJiffiesPerSecond());
  }

  /** Of the last lbctl, looked at every few milliseconds. */
  long lbctlPeakBytes() {
    return lbctlPeakBytes;
  }

  /** Since the last start. */
  long peakBytes() {
    return peakBytes(process.pid());
  }

  /** VmHWM of a process; 0 for one that has ended. */
  private static long peakBytes(long pid) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
      return lines.filter(line -> line.startsWith("VmHWM:")).mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).sum() << 10;
    } catch (IOException | UncheckedIOException ended) {
      return 0;
    }
  }

  /** Memory of all tables in the kernel. */
  long tablesBytes() {
    return call(channel -> DirectorGrpc.newBlockingStub(channel).getStatus(GetStatusRequest.getDefaultInstance()).getTablesList().stream()
        .mapToLong(TableStatus::getMemoryBytes).sum());
  }

  /** Median time of so many changes of one server's weight, one after the other, without lbctl's own start. */
  double changeMillis(String service, String server, int changes) {
    double[] millis = new double[changes];
    call(channel -> {
      RealServersGrpc.RealServersBlockingStub stub = RealServersGrpc.newBlockingStub(channel);
      for (int i = 0; i < changes; i++) {
        long start = System.nanoTime();
        stub.updateRealServer(UpdateRealServerRequest.newBuilder()
            .setRealServer(RealServer.newBuilder().setName("services/tcp:" + service + "/servers/" + server).setWeight(1 + i))
            .setUpdateMask(FieldMask.newBuilder().addPaths("weight")).build());
        millis[i] = since(start) * 1000;
      }
      return changes;
    });
    Arrays.sort(millis);
    return millis[changes / 2];
  }

  private <T> T call(Function<ManagedChannel, T> body) {
    EpollEventLoopGroup loop = new EpollEventLoopGroup(1);
    ManagedChannel channel = NettyChannelBuilder.forAddress(new DomainSocketAddress(path("sock")))
        .channelType(EpollDomainSocketChannel.class).eventLoopGroup(loop).usePlaintext().withOption(ChannelOption.SO_KEEPALIVE, null).build();
    try {
      return body.apply(channel);
    } finally {
      channel.shutdownNow();
      loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
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
    Lab.run("nsenter", "--net=/run/netns/" + namespace, xlvs.resolve("bin/xlvsd").toString(), "--detach", "--bpffs", path("bpf"));
    Lab.run("ip", "netns", "del", namespace);
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
