// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The director: xlvsd in its namespace, with a state directory, pins and a socket of its own. */
public final class Director implements AutoCloseable {
  private static final long START_SECONDS = 300;

  private final Installation installation;
  private final Namespace namespace;
  private final Cgroup cgroup;
  private final Path directory;
  private final LabOptions options;
  private int starts;
  private Child daemon;

  Director(Installation installation, Namespace namespace, Cgroup cgroup, Path directory, LabOptions options) {
    this.installation = installation;
    this.namespace = namespace;
    this.cgroup = cgroup;
    this.directory = directory;
    this.options = options;
  }

  /** Starts xlvsd on its interfaces and waits until it serves. */
  public void start() {
    starts++;
    daemon = Child.start("xlvsd", namespace, cgroup, directory.resolve("xlvsd-" + starts + ".log"), command());
    daemon.awaitLine("ready", START_SECONDS);
  }

  /** How xlvsd is started here. */
  List<String> command() {
    return List.of(
        installation.program("xlvsd"),
        "--interface", "eth0,eth1" + (options.markInterface() ? "," + LabOptions.MARK_INTERFACE : ""),
        "--attach-mode", options.attachMode(),
        "--state-dir", directory.resolve("state").toString(),
        "--bpffs", directory.resolve("bpf").toString(),
        "--socket", socket().toString(),
        "--connections", Integer.toString(options.connections()),
        "--half-open", "32768",
        "--flow-cache", "16");
  }

  /** A second xlvsd with the same settings, to its end. */
  public Command.Result startSecond() {
    return Command.attempt(namespace.wrap(command()), "", Map.of());
  }

  /** Takes the data plane of the stopped xlvsd down, as an operator does. */
  public Command.Result detach() {
    List<String> command = new ArrayList<>(command());
    command.add("--detach");
    return Command.attempt(namespace.wrap(command), "", Map.of());
  }

  /** As kill -9. */
  public void kill() {
    daemon.kill();
  }

  /** Stops it as a supervisor does; its exit status. */
  public int stop() {
    return daemon.stop();
  }

  /** Of the xlvsd that was started last. */
  public long pid() {
    return daemon.pid();
  }

  /** What xlvsd said since its last start. */
  public String log() {
    return daemon.log();
  }

  public Namespace namespace() {
    return namespace;
  }

  public Path socket() {
    return directory.resolve("xlvsd.sock");
  }

  /** Runs lbctl; its standard output. Fails with its words if it fails. */
  public String lbctl(String... words) {
    Command.Result result = attempt("", words);
    if (result.status() != 0) {
      throw new LabException("`lbctl " + String.join(" ", words) + "` failed with status " + result.status() + ": " + result.err().strip());
    }
    return result.out();
  }

  /** Runs lbctl with an input, whatever its exit status. */
  public Command.Result attempt(String input, String... words) {
    return new Lbctl(socket()).run(List.of(words), input);
  }

  /** The same by the installed program. */
  public Command.Result attemptInstalled(String input, String... words) {
    List<String> command = new ArrayList<>(List.of(installation.program("lbctl")));
    command.addAll(List.of(words));
    return Command.attempt(command, input, Map.of("XLVS_SOCKET", socket().toString()));
  }

  /** Calls the API. */
  public <T> T api(Call<T> call) {
    EpollEventLoopGroup loop = new EpollEventLoopGroup(1);
    ManagedChannel channel = NettyChannelBuilder.forAddress(new DomainSocketAddress(socket().toString()))
        .channelType(EpollDomainSocketChannel.class).eventLoopGroup(loop).usePlaintext()
        // No option of Unix sockets: grpc-java's default would only raise a warning.
        .withOption(ChannelOption.SO_KEEPALIVE, null).build();
    try {
      return call.on(channel);
    } finally {
      channel.shutdownNow();
      loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }

  /**
   * What to do with a channel to xlvsd.
   *
   * @param <T> its result
   */
  @FunctionalInterface
  public interface Call<T> {
    T on(ManagedChannel channel);
  }

  @Override
  public void close() {
    if (daemon != null) {
      daemon.close();
    }
  }
}
