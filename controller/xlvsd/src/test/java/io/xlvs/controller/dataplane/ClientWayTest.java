// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.NextHop;
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.loader.map.MappedArray;
import io.xlvs.loader.map.RawMap;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Ways to clients that the data plane has learnt follow every change of the network they depend on. */
class ClientWayTest extends LiveDirector {
  /** More packets than the network has of its own. */
  private static final int ANSWERS = 50;

  private static final InetSocketAddress ECHO = new InetSocketAddress("10.71.100.1", 53);

  @Test
  void aClientWhoseRouteMovesToAnotherInterfaceIsAnsweredThere() throws Exception {
    Namespaces.ip("-n " + net.director + " link add eth3 type veth peer name eth1 netns " + net.client);
    Namespaces.ip("-n " + net.director + " addr add 10.71.3.1/24 dev eth3");
    Namespaces.ip("-n " + net.director + " link set eth3 up");
    Namespaces.ip("-n " + net.client + " addr add 10.71.3.10/24 dev eth1");
    Namespaces.ip("-n " + net.client + " link set eth1 up");
    Namespaces.run("ip netns exec " + net.client + " ethtool -K eth1 gro on tx off");
    Namespaces.sysctl(net.client, "net/ipv4/conf/all/rp_filter=0", "net/ipv4/conf/eth1/rp_filter=0");
    Socket socket = established();
    Namespaces.ip("-n " + net.director + " route add 10.71.0.10/32 via 10.71.3.10");
    awaitAnswers(socket, "eth1");
    Namespaces.ip("-n " + net.director + " route del 10.71.0.10/32");
    awaitAnswers(socket, "eth0");
  }

  /** Long before a cached decision, which counts for half a minute, would be made anew by itself. */
  private void awaitAnswers(Socket socket, String device) throws Exception {
    long before = received(device);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
    while (received(device) < before + ANSWERS) {
      assertThat(System.nanoTime()).as("answers by %s", device).isLessThan(end);
      assertThat(ask(socket, "m")).startsWith("1 ");
    }
  }

  @Test
  void theDirectorsOwnEthernetAddressAndMtuReachTheLearntWays() throws Exception {
    Socket socket = established();
    awaitWay(socket, hop -> hop.mtu() == 1500);
    Namespaces.ip("-n " + net.director + " link set eth0 address 02:00:00:00:00:d0");
    Namespaces.run("ip netns exec " + net.client + " ip neigh flush all");
    awaitWay(socket, hop -> hop.sourceMac().toString().equals("02:00:00:00:00:d0"));
    Namespaces.ip("-n " + net.director + " link set eth0 mtu 1400");
    awaitWay(socket, hop -> hop.mtu() == 1400);
  }

  /** Until the cached way to the client is such; it is learnt anew from replies. */
  private void awaitWay(Socket socket, Predicate<NextHop> wanted) throws Exception {
    await(() -> {
      assertThat(ask(socket, "w")).startsWith("1 ");
      try (RawMap map = RawMap.openPinned(bpffs.resolve("director/next_hops")); MappedArray entries = MappedArray.map(map)) {
        return wanted.test(NextHop.read(Words.read(entries, entries.strideBytes(), NextHop.LAYOUT.size()), 0));
      }
    });
  }

  /** By tc, which answers a client also before its neighbour is resolved: what it then learns must not serve for others. */
  @Test
  void aClientIsNeverAnsweredAtAnothersAddress() throws Exception {
    plane.close();
    plane = inDirector(() -> new BpfDataPlaneProvider().open(options(SMALL, AttachMode.TC), () -> {}));
    echo(1, 53);
    apply(service(new ServiceKey.Endpoint(Protocol.UDP, VIP, 53), "rr", server(1, 53)));
    for (String client : List.of("10.71.0.10", "10.71.0.11")) {
      Namespaces.ip("-n " + net.client + " addr flush dev eth0 scope global");
      Namespaces.ip("-n " + net.client + " addr add " + client + "/24 dev eth0");
      Namespaces.ip("-n " + net.client + " route replace 10.71.100.0/24 via 10.71.0.1");
      // The client knows the director's address now, and then the director no longer knows the client's.
      Namespaces.run("ip netns exec " + net.client + " ping -c 1 -W 5 10.71.0.1");
      Namespaces.ip("-n " + net.director + " neigh flush all");
      assertThat(echoes(client, 5)).as("answers to %s", client).isEqualTo(5);
    }
  }

  private Socket established() throws Exception {
    serve(1, 80);
    apply(service(HTTP, "rr", server(1, 80)));
    Socket socket = connect();
    for (String letter : List.of("a", "b", "c")) {
      assertThat(ask(socket, letter)).isEqualTo("1 10.71.0.10 " + letter);
    }
    await(() -> {
      ask(socket, "d");
      return table("next_hops").used() >= 2; // the server's and the client's
    });
    return socket;
  }

  private long received(String device) {
    String line = Namespaces.run("ip netns exec " + net.client + " cat /proc/net/dev").lines()
        .filter(text -> text.strip().startsWith(device + ":")).findFirst().orElseThrow();
    return Long.parseLong(line.substring(line.indexOf(':') + 1).trim().split("\\s+")[1]);
  }

  private void echo(int number, int port) throws Exception {
    DatagramSocket socket = Namespaces.in(net.server(number), () -> new DatagramSocket(port));
    open.add(socket);
    start(() -> {
      DatagramPacket packet = new DatagramPacket(new byte[64], 64);
      while (true) {
        socket.receive(packet);
        socket.send(packet);
      }
    });
  }

  private int echoes(String client, int datagrams) throws Exception {
    return Namespaces.in(net.client, () -> {
      try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName(client))) {
        socket.setSoTimeout(10_000);
        int answers = 0;
        for (int i = 0; i < datagrams; i++) {
          socket.send(new DatagramPacket(new byte[4], 4, ECHO));
          try {
            socket.receive(new DatagramPacket(new byte[64], 64));
            answers++;
          } catch (SocketTimeoutException e) {
            continue; // counted by what the caller expects
          }
        }
        return answers;
      }
    });
  }
}
