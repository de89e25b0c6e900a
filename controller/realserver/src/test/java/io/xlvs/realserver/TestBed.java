// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.loader.Collection;
import io.xlvs.loader.CollectionSpec;
import io.xlvs.loader.link.TcFilter;
import io.xlvs.loader.link.TcHook;
import io.xlvs.loader.net.NetDevices;
import io.xlvs.loader.net.NetNs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Two network namespaces on one link: a client that is its own director, and a real server. */
final class TestBed implements AutoCloseable {
  static final String CLIENT_IPV4 = "10.9.0.1";
  static final String SERVER_IPV4 = "10.9.0.2";
  static final String CLIENT_IPV6 = "fd09::1";
  static final String SERVER_IPV6 = "fd09::2";
  static final String VIP_IPV4 = "10.9.1.100";
  static final String VIP_IPV6 = "fd09:1::100";

  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final Path CGROUPS = Cgroup2.root();

  private final String id = "xrs-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
  private final Path runDirectory;
  private final List<Process> processes = new ArrayList<>();

  /** What a finished program said. */
  record Run(int exitStatus, String out, String err) {}

  TestBed() throws IOException {
    runDirectory = Files.createTempDirectory("xrs-run");
    ip("netns", "add", client());
    ip("netns", "add", server());
    ip("-n", client(), "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", server());
    configure(client(), CLIENT_IPV4, CLIENT_IPV6);
    configure(server(), SERVER_IPV4, SERVER_IPV6);
    ip("-n", client(), "route", "add", VIP_IPV4, "via", SERVER_IPV4);
    ip("-n", client(), "route", "add", VIP_IPV6, "via", SERVER_IPV6);
    Files.createDirectory(cgroup());
  }

  private static void configure(String netns, String ipv4, String ipv6) {
    ip("-n", netns, "link", "set", "lo", "up");
    ip("-n", netns, "address", "add", ipv4 + "/24", "dev", "eth0");
    ip("-n", netns, "address", "add", ipv6 + "/64", "dev", "eth0", "nodad");
    ip("-n", netns, "link", "set", "eth0", "up");
  }

  static List<String> ip(String... words) {
    return Commands.lines(Stream.concat(Stream.of("ip"), Stream.of(words)).toArray(String[]::new));
  }

  String client() {
    return id + "-c";
  }

  String server() {
    return id + "-s";
  }

  /** Name of the instance in the server's namespace. */
  String instance() {
    return "server";
  }

  /** A cgroup for this bed's server processes. */
  Path cgroup() {
    return CGROUPS.resolve(id);
  }

  Path runDirectory() {
    return runDirectory;
  }

  /** Runs the program under test in the server's namespace, as a process of its own. */
  Run realserver(String... words) {
    List<String> command = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + server()));
    command.addAll(java(Main.class, words));
    command.addAll(List.of("--run-dir", runDirectory.toString()));
    if (!List.of(words).contains("--name")) {
      command.addAll(List.of("--name", instance()));
    }
    return run(command);
  }

  /** As {@link #realserver}, which must succeed. */
  String succeed(String... words) {
    Run run = realserver(words);
    assertThat(run.exitStatus()).as("%s%n%s%n%s", String.join(" ", words), run.out(), run.err()).isZero();
    return run.out();
  }

  static List<String> java(Class<?> mainClass, String... arguments) {
    Stream<String> command =
        Stream.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED",
            "-cp", System.getProperty("java.class.path"), mainClass.getName());
    return Stream.concat(command, Stream.of(arguments)).toList();
  }

  static Run run(List<String> command) {
    try {
      Path err = Files.createTempFile("xrs", ".err");
      Process process = new ProcessBuilder(command).redirectError(err.toFile()).start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int exitStatus = process.waitFor();
      String words = Files.readString(err);
      Files.delete(err);
      return new Run(exitStatus, out, words);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError("cannot run " + command, e);
    }
  }

  /** Starts a server process in the server's namespace and this bed's cgroup; waits for its first line, "ready". */
  void startServer(List<String> command) throws IOException {
    String enter = "echo $$ > " + cgroup() + "/cgroup.procs && exec nsenter --net=/run/netns/" + server() + " \"$@\"";
    List<String> words = new ArrayList<>(List.of("sh", "-c", enter, "sh"));
    words.addAll(command);
    Process process = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    processes.add(process);
    StringBuilder line = new StringBuilder();
    InputStream in = process.getInputStream();
    for (int c = in.read(); c > 0 && c != '\n'; c = in.read()) {
      line.append((char) c);
    }
    assertThat(line.toString()).as("first line of %s", command).isEqualTo("ready");
  }

  /** The program that stands in for a director, on the client's way out. */
  void direct(CollectionSpec spec, String program) {
    try (NetNs in = NetNs.enter(client());
        Collection live = spec.loadOnly(program).load()) {
      TcHook hook = TcHook.of(NetDevices.indexOf("eth0"), TcHook.Direction.EGRESS);
      hook.create();
      hook.attach(live.program(program), new TcFilter(1, 1), true);
    }
  }

  static CollectionSpec directorSpec() {
    try (InputStream in = TestBed.class.getResourceAsStream("director.bpf.o")) {
      return CollectionSpec.parse("director", in.readAllBytes());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Everything of the server's namespace that 'up' may touch, as text. */
  String snapshot() {
    StringBuilder text = new StringBuilder();
    // Link-local addresses come when the kernel has found them to be unique.
    ip("-n", server(), "-o", "address", "show").stream().filter(line -> !line.contains(" fe80:"))
        .forEach(line -> text.append(line.replaceAll("valid_lft.*", "")).append('\n'));
    Run rest =
        run(
            List.of(
                "nsenter", "--net=/run/netns/" + server(), "sh", "-c",
                "cd /proc/sys/net && grep -r . ipv4/conf ipv6/conf/lo ipv6/conf/eth0 2>/dev/null | grep -v stable_secret | sort;"
                    + " tc qdisc show; tc filter show dev eth0 ingress; tc filter show dev eth0 egress"));
    return text + rest.out();
  }

  @Override
  public void close() throws IOException {
    for (Process process : processes) {
      process.destroyForcibly();
      try {
        process.waitFor(60, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    Run mounts = run(List.of("sh", "-c", "! grep -q '" + runDirectory + "' /proc/self/mountinfo || umount " + runDirectory + "/bpf"));
    assertThat(mounts.exitStatus()).as(mounts.err()).isZero();
    ip("netns", "delete", client());
    ip("netns", "delete", server());
    Files.deleteIfExists(cgroup());
    try (Stream<Path> files = Files.walk(runDirectory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
