// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;

/**
 * The whole lab: built by {@link #open}, gone after {@link #close}, when building it fails, and when this process ends or is stopped by a
 * signal. What a killed process leaves, the next lab removes.
 */
public final class Lab implements AutoCloseable {
  private static final int ROOT = 0;

  private final Deque<AutoCloseable> resources = new ArrayDeque<>();
  private final LabOptions options;
  private final Thread atExit = new Thread(this::release, "lab-exit");
  private Workspace workspace;
  private Topology topology;
  private Director director;
  private Client client;
  private List<RealServerHost> servers = List.of();

  private Lab(LabOptions options) {
    this.options = options;
  }

  /** Builds it and starts everything; no service is configured yet. */
  public static Lab open(LabOptions options) {
    return open(options, true);
  }

  /** The same without anything of xlvs's: for IPVS, and with real servers set up as LVS has always had them. */
  public static Lab openForIpvs(LabOptions options) {
    return open(options, false);
  }

  private static Lab open(LabOptions options, boolean daemon) {
    requireRoot();
    Lab lab = new Lab(options);
    Runtime.getRuntime().addShutdownHook(lab.atExit);
    try {
      lab.build(Installation.own(), daemon);
      return lab;
    } catch (RuntimeException e) {
      try {
        lab.close();
      } catch (RuntimeException alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      throw e;
    }
  }

  private static void requireRoot() {
    int user = Integer.parseInt(Command.run(List.of("id", "-u")).strip());
    if (user != ROOT) {
      throw new LabException("user " + user + " may not create network namespaces: run the lab as root");
    }
  }

  /** An exit waits for it: half a lab could not be removed. */
  private synchronized void build(Installation installation, boolean daemon) {
    workspace = own(Workspace.create());
    topology = Topology.create(workspace, options);
    client = own(new Client(topology.client()));
    director = own(new Director(installation, topology.director(), workspace.cgroup().child("director"),
        workspace.directory("director"), options));
    servers = IntStream.rangeClosed(1, Family.SERVERS)
        .mapToObj(number -> own(new RealServerHost(installation, topology.server(number), workspace.cgroup().child("rs" + number),
            workspace.directory("rs" + number), number)))
        .toList();
    startAll(daemon);
  }

  /** All at once: most of the time goes into starting Java. */
  private void startAll(boolean daemon) {
    List<Runnable> starts = new ArrayList<>();
    if (daemon) {
      starts.add(director::start);
    }
    servers.forEach(server -> starts.add(daemon ? server::start : server::startPlainly));
    CompletableFuture<?>[] started = starts.stream().map(CompletableFuture::runAsync).toArray(CompletableFuture[]::new);
    try {
      CompletableFuture.allOf(started).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private <T extends AutoCloseable> T own(T resource) {
    resources.push(resource);
    return resource;
  }

  /** Creates the TCP and the UDP service of these modes in every family, in one transaction. */
  public void createServices(Mode... modes) {
    Services services = new Services();
    for (Mode mode : modes) {
      Arrays.stream(Family.values()).forEach(family -> services.add(mode, family));
    }
    services.apply(director);
  }

  public Client client() {
    return client;
  }

  public Director director() {
    return director;
  }

  /** In order: rs1, rs2, rs3. */
  public List<RealServerHost> servers() {
    return servers;
  }

  /** Where the client's sockets are. */
  public Namespace clientNamespace() {
    return topology.client();
  }

  /**
   * One host more on both networks, wired as the director is, with addresses of IPv4 alone.
   *
   * @param number such as 3: 10.0.0.3 and 10.1.0.3
   */
  public Namespace addHost(String role, int number) {
    return topology.addHost(role, number);
  }

  /** Starts a program that ends with the lab at the latest; its words go to a log in {@link #directory}. */
  public Child start(String name, Namespace namespace, List<String> words) {
    return own(Child.start(name, namespace, workspace.cgroup().child(name), directory(name).resolve("log"), words));
  }

  /** A directory for files of such a program; it goes with the lab. */
  public Path directory(String program) {
    return workspace.directory(program);
  }

  Workspace workspace() {
    return workspace;
  }

  Topology topology() {
    return topology;
  }

  /** Unique on this machine; names of its namespaces begin with it. */
  public String name() {
    return workspace.name();
  }

  /** Where its programs are. */
  Installation installation() {
    return Installation.own();
  }

  /** Ends all programs and removes every trace. Idempotent. */
  @Override
  public void close() {
    release();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The process is ending: the hook runs already, and finds nothing left to do.
    }
  }

  private synchronized void release() {
    RuntimeException failure = null;
    while (!resources.isEmpty()) {
      try {
        resources.pop().close();
      } catch (Exception e) {
        RuntimeException wrapped = e instanceof RuntimeException runtime ? runtime : new LabException(e.getMessage(), e);
        if (failure == null) {
          failure = wrapped;
        } else {
          failure.addSuppressed(wrapped);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
