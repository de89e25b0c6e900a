// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import io.xlvs.bpf.Method;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Services with the servers 3, 2 and 1, newest first as IPVS keeps them, on one VIP of each family; and clients who connect to
 * them. A server is known by the last byte of its MAC address, so that what a test reads is where the packet went.
 */
final class ThreeServers implements AutoCloseable {
  static final InetAddress VIP = Bytes.address("10.0.0.100");
  static final InetAddress VIP6 = Bytes.address("fd00::100");
  /** What {@link #connect} says of a client who was refused. */
  static final char REFUSED = 'X';

  private static final int SERVERS = 3;

  private final Lab lab = new Lab();
  private final Bench bench;
  private final Tables tables;

  /** One service for each port, all DR; port 0: every port. */
  ThreeServers(int protocol, int... ports) {
    this(Method.DR, protocol, ports);
  }

  ThreeServers(Method method, int protocol, int... ports) {
    List<World.VirtualService> services = new ArrayList<>();
    for (InetAddress vip : List.of(VIP, VIP6)) {
      for (int port : ports) {
        services.add(service(services.size(), vip, port, protocol, method));
      }
    }
    bench = new Bench(new World(services, lab.clientRoutes(), Worlds.PORT_FIRST, Worlds.PORT_LAST), lab);
    tables = new Tables(bench.plane());
  }

  private World.VirtualService service(int index, InetAddress vip, int port, int protocol, Method method) {
    List<World.RealServer> ring = new ArrayList<>();
    for (int number = SERVERS; number >= 1; number--) {
      World.Hop hop = new World.Hop(new byte[] {2, 0, 0, 0, 2, (byte) number}, Lab.INSIDE_MAC, lab.inside, 1500, 0, true);
      String address = World.version(vip) == 4 ? "10.0.1." + (10 + number) : "fd00::1:1" + number;
      ring.add(World.RealServer.of(slot(index, number), Bytes.address(address), port, method, hop));
    }
    return new World.VirtualService(index, vip, port, protocol, ring, List.of());
  }

  /** Slot of a service's server, 1 to 3. */
  static int slot(int service, int number) {
    return SERVERS * service + number - 1;
  }

  Lab lab() {
    return lab;
  }

  Bench bench() {
    return bench;
  }

  Tables tables() {
    return tables;
  }

  static Connection.Tuple tcp(String client, int clientPort, int port) {
    return tuple(client, clientPort, port, Protocol.TCP);
  }

  static Connection.Tuple udp(String client, int clientPort, int port) {
    return tuple(client, clientPort, port, Protocol.UDP);
  }

  private static Connection.Tuple tuple(String client, int clientPort, int port, int protocol) {
    InetAddress address = Bytes.address(client);
    return new Connection.Tuple(address, clientPort, World.version(address) == 4 ? VIP : VIP6, port, protocol);
  }

  /** A client's first packet: the server that it reached, '1' to '3', or {@link #REFUSED}. */
  char connect(Connection.Tuple tuple) {
    return tuple.protocol() == Protocol.UDP ? datagram(tuple) : segment(tuple, Tcp.SYN);
  }

  char datagram(Connection.Tuple tuple) {
    return send(tuple, new Udp(tuple.sourcePort(), tuple.destinationPort(), Talk.DATA, true));
  }

  char segment(Connection.Tuple tuple, int flags) {
    return send(tuple, new Tcp(tuple.sourcePort(), tuple.destinationPort(), flags));
  }

  char send(Connection.Tuple tuple, Layer layer) {
    return sendFrame(Talk.frame(new Ip(tuple.source(), tuple.destination(), layer).encode()));
  }

  char sendFrame(byte[] frame) {
    var result = bench.run(frame, lab.uplink);
    return bench.verdict(result) == Expectation.Verdict.REDIRECT ? (char) ('0' + result.out()[5]) : REFUSED;
  }

  /** Connects and acknowledges: an established connection. */
  char establish(Connection.Tuple tuple) {
    char server = connect(tuple);
    if (server != REFUSED) {
      segment(tuple, Tcp.ACK);
    }
    return server;
  }

  @Override
  public void close() {
    bench.close();
    lab.close();
  }
}
