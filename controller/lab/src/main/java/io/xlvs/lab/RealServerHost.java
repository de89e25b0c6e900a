// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** One real server: set up by xlvs-realserver for DR, TUN and FULLNAT at once (NAT needs nothing), with its HTTP and echo server. */
public final class RealServerHost implements AutoCloseable {
  private static final long START_SECONDS = 300;

  private final Installation installation;
  private final Namespace namespace;
  private final Cgroup cgroup;
  private final Path directory;
  private final int number;
  private Child server;

  RealServerHost(Installation installation, Namespace namespace, Cgroup cgroup, Path directory, int number) {
    this.installation = installation;
    this.namespace = namespace;
    this.cgroup = cgroup;
    this.directory = directory;
    this.number = number;
  }

  /** As in its answers: "rs1". */
  public String name() {
    return "rs" + number;
  }

  public Namespace namespace() {
    return namespace;
  }

  /** Sets the host up, then starts the servers. */
  void start() {
    realserver("up", "--name", name() + "-dr", "--method", "dr", "--vip", both(Mode.DR::vip), "--interface", "eth0");
    realserver("up", "--name", name() + "-tun", "--method", "tun", "--vip", both(Mode.TUN::vip), "--interface", "eth0",
        "--reply-interface", "eth1", "--director", both(Family::directorBack));
    realserver("up", "--name", name() + "-fullnat", "--method", "fullnat", "--cgroup", cgroup.directory().toString(),
        "--director", both(family -> String.join(",", family.localAddresses())));
    startServer();
  }

  /** The same as LVS has always had it, with the kernel's means alone. */
  void startPlainly() {
    Command.run(List.of("modprobe", "ipip"));
    namespace.sysctl("net/ipv4/conf/eth0/arp_ignore=1", "net/ipv4/conf/eth0/arp_announce=2", "net/ipv4/conf/tunl0/rp_filter=0");
    List<String> lines = new ArrayList<>(List.of("link set tunl0 up", "address add " + Mode.TUN.vip(Family.IPV4) + "/32 dev tunl0"));
    for (Family family : Family.values()) {
      lines.add("address add " + Mode.DR.vip(family) + "/" + family.hostLength() + " dev lo" + (family == Family.IPV6 ? " nodad" : ""));
    }
    lines.add("address add " + Mode.TUN.vip(Family.IPV6) + "/128 dev lo nodad");
    namespace.ip(lines.toArray(String[]::new));
    startServer();
  }

  private void startServer() {
    List<String> command = new ArrayList<>(installation.server());
    command.addAll(List.of(name(), "http:80", "http:8080", "http:81", "http:82"));
    for (Family family : Family.values()) {
      command.add("echo:" + family.server(number) + ":" + Mode.NAT.serverEchoPort());
      for (Mode mode : Mode.values()) {
        if (mode.repliesDirectly()) {
          command.add("echo:" + mode.vip(family) + ":" + Mode.ECHO_PORT);
        }
      }
    }
    server = Child.start(name(), namespace, cgroup, directory.resolve("server.log"), command);
    server.awaitLine("ready", START_SECONDS);
  }

  /** Starts a server of the caller's beside the lab's own, where {@code getpeername} knows FULLNAT's clients; it ends with the lab. */
  public Child start(String program, List<String> words) {
    return Child.start(name() + "'s " + program, namespace, cgroup, directory.resolve(program + ".log"), words);
  }

  /** Runs xlvs-realserver here, with the lab's run directory; its output. */
  public String realserver(String... words) {
    List<String> command = new ArrayList<>(List.of(installation.program("xlvs-realserver"), words[0]));
    command.addAll(List.of("--run-dir", directory.resolve("xlvs-realserver").toString()));
    command.addAll(Arrays.asList(words).subList(1, words.length));
    return Command.run(namespace.wrap(command));
  }

  private static String both(Function<Family, String> address) {
    return Arrays.stream(Family.values()).map(address).collect(Collectors.joining(","));
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
  }
}
