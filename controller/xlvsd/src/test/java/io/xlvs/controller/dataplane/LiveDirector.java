// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.Timeouts;
import io.xlvs.controller.service.Tunnel;
import io.xlvs.controller.service.VirtualService;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A director with its data plane between a client and two servers, on a real kernel. Needs root, iproute2 and ethtool. */
abstract class LiveDirector {
  static final IpAddress VIP = IpAddress.parse("10.71.100.1");
  static final ServiceKey.Endpoint HTTP = new ServiceKey.Endpoint(Protocol.TCP, VIP, 80);
  static final DataPlaneOptions.Capacities SMALL =
      new DataPlaneOptions.Capacities(1 << 14, 1 << 12, 64, 1024, 256, 1024, 1 << 18, 1 << 20);

  /** Enough for a loaded machine, and to be sure that nothing comes. */
  static final int PATIENCE_MILLIS = 60_000;
  static final int SILENCE_MILLIS = 1_500;

  final List<AutoCloseable> open = new ArrayList<>();
  Namespaces net;
  Path bpffs;
  DataPlane plane;
  long revision;

  @BeforeEach
  void start() throws Exception {
    net = new Namespaces();
    bpffs = Files.createTempDirectory("xlvs-dp");
    Namespaces.ip("-n " + net.client + " route add 10.71.100.0/24 via 10.71.0.1");
    try {
      plane = openPlane();
    } catch (Exception | AssertionError e) {
      net.close();
      throw e;
    }
  }

  @AfterEach
  void stop() throws Exception {
    try {
      for (AutoCloseable one : open) {
        one.close();
      }
      plane.close();
      inDirector(() -> new BpfDataPlaneProvider().detach(bpffs));
      assertThat(Files.list(bpffs)).as("what detaching leaves").isEmpty();
      Files.delete(bpffs);
    } finally {
      net.close();
    }
  }

  DataPlane openPlane() throws Exception {
    return inDirector(() -> new BpfDataPlaneProvider().open(options(SMALL), () -> {}));
  }

  DataPlaneOptions options(DataPlaneOptions.Capacities capacities) {
    return options(capacities, AttachMode.NATIVE);
  }

  DataPlaneOptions options(DataPlaneOptions.Capacities capacities, AttachMode mode) {
    return new DataPlaneOptions(List.of("eth0", "eth1", "eth2"), mode, bpffs, capacities);
  }

  <T> T inDirector(Callable<T> body) throws Exception {
    return Namespaces.in(net.director, body);
  }

  void apply(VirtualService... services) throws Exception {
    Configuration configuration = configuration(services);
    plane.check(configuration);
    plane.apply(configuration);
  }

  Configuration configuration(VirtualService... services) {
    revision++;
    return Configuration.of(revision, Timeouts.DEFAULT, List.of(services));
  }

  VirtualService service(ServiceKey key, String scheduler, RealServer... servers) {
    return new VirtualService(key, scheduler, Set.of(), 0, 0, 0, "", false, Timeouts.NONE, Arrays.asList(servers), List.of(), 1, revision);
  }

  static RealServer server(int number, int port) {
    return server(IpAddress.parse("10.71." + number + ".10"), port, ForwardingMethod.NAT);
  }

  static RealServer server(IpAddress address, int port, ForwardingMethod method) {
    return new RealServer(address, port, method, 1, 1, 0, 0, Tunnel.DEFAULT, 1);
  }

  DataPlaneStatus.Table table(String name) {
    return plane.status().tables().stream().filter(table -> table.name().equals(name)).findFirst().orElseThrow();
  }

  List<ConnectionEntry> connections() throws DataPlaneException {
    List<ConnectionEntry> entries = new ArrayList<>();
    plane.forEachConnection(ConnectionFilter.ALL, entries::add);
    return entries;
  }

  /** Answers each byte with "NUMBER CLIENT BYTE" and a line end. */
  void serve(int number, int port) throws Exception {
    ServerSocket listener = Namespaces.in(net.server(number), () -> new ServerSocket(port));
    open.add(listener);
    start(() -> {
      while (true) {
        Socket socket = listener.accept();
        start(() -> answer(number, socket));
      }
    });
  }

  static void answer(int number, Socket socket) throws IOException {
    try (socket) {
      for (int c = socket.getInputStream().read(); c >= 0; c = socket.getInputStream().read()) {
        String line = number + " " + socket.getInetAddress().getHostAddress() + " " + (char) c + "\n";
        socket.getOutputStream().write(line.getBytes());
      }
    }
  }

  interface Body {
    void run() throws IOException;
  }

  static void start(Body body) {
    Thread thread = new Thread(() -> {
      try {
        body.run();
      } catch (IOException e) {
        // The test has closed the socket.
      }
    });
    thread.setDaemon(true);
    thread.start();
  }

  Socket connect() throws Exception {
    Socket socket = Namespaces.in(net.client, () -> {
      Socket fresh = new Socket();
      fresh.connect(new InetSocketAddress(InetAddress.getByName(VIP.toString()), 80), PATIENCE_MILLIS);
      fresh.setSoTimeout(PATIENCE_MILLIS);
      return fresh;
    });
    open.add(socket);
    return socket;
  }

  static String ask(Socket socket, String letter) throws IOException {
    socket.getOutputStream().write(letter.getBytes());
    return read(socket);
  }

  static String read(Socket socket) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = socket.getInputStream().read(); c != '\n'; c = socket.getInputStream().read()) {
      line.append((char) c);
    }
    return line.toString();
  }

  static void await(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    while (!condition.call()) {
      assertThat(System.nanoTime()).as("waited long enough").isLessThan(end);
      Thread.sleep(50);
    }
  }
}
