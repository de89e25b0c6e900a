// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.controller.service.IpAddress;
import io.xlvs.loader.net.NetNs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Asks a real kernel, in namespaces of its own. Needs root and iproute2. */
class RtnetlinkTest {
  private static final IpAddress PEER = IpAddress.parse("10.7.0.2");
  private static final IpAddress PEER6 = IpAddress.parse("fd07::2");
  private static final long PEER_MAC = 0x02_00_00_00_00_02L;

  private final String director = "xlvs-nl-" + ProcessHandle.current().pid() + "d";
  private final String server = "xlvs-nl-" + ProcessHandle.current().pid() + "s";
  private NetNs inside;

  @BeforeEach
  void makeNamespaces() throws Exception {
    ip("netns add " + director);
    ip("netns add " + server);
    ip("-n " + director + " link add eth0 address 02:00:00:00:00:01 type veth peer name eth0 address 02:00:00:00:00:02 netns " + server);
    for (String end : List.of(director, server)) {
      String host = end.equals(director) ? "1" : "2";
      ip("-n " + end + " addr add 10.7.0." + host + "/24 dev eth0");
      ip("-n " + end + " addr add fd07::" + host + "/64 dev eth0 nodad");
      ip("-n " + end + " link set eth0 up");
      ip("-n " + end + " link set lo up");
    }
    inside = NetNs.enter(director);
  }

  @AfterEach
  void removeNamespaces() throws Exception {
    inside.close();
    ip("netns del " + director);
    ip("netns del " + server);
  }

  @Test
  void readsInterfaces() {
    try (Rtnetlink netlink = Rtnetlink.open()) {
      Link lo = named(netlink, "lo");
      Link eth0 = named(netlink, "eth0");
      assertThat(lo.loopback()).isTrue();
      assertThat(eth0).isEqualTo(
          new Link(eth0.index(), "eth0", "veth", eth0.parentIndex(), 0, 0x02_00_00_00_00_01L, 1500, true, false));
    }
  }

  @Test
  void tellsTheWayToEachDestination() throws Exception {
    ip("-n " + director + " route add 10.8.0.0/16 via 10.7.0.2 mtu 1400");
    ip("-n " + director + " route add fd08::/64 via fd07::2");
    ip("-n " + director + " route add 10.10.0.0/16 via inet6 fd07::2");
    ip("-n " + director + " route add unreachable 10.9.0.0/16");
    try (Rtnetlink netlink = Rtnetlink.open()) {
      int eth0 = named(netlink, "eth0").index();
      Optional<IpAddress> source = Optional.of(IpAddress.parse("10.7.0.1"));
      Optional<IpAddress> source6 = Optional.of(IpAddress.parse("fd07::1"));
      List<IpAddress> wanted = new ArrayList<>();
      for (String text : List.of("10.7.0.2", "10.8.1.1", "fd08::5", "10.7.0.1", "10.9.0.1", "192.0.2.1", "10.10.0.1")) {
        wanted.add(IpAddress.parse(text));
      }
      assertThat(netlink.routes(wanted).values()).containsExactly(
          new Route(Route.Kind.UNICAST, eth0, Optional.empty(), source, 0),
          new Route(Route.Kind.UNICAST, eth0, Optional.of(PEER), source, 1400),
          new Route(Route.Kind.UNICAST, eth0, Optional.of(PEER6), source6, 0),
          new Route(Route.Kind.LOCAL, 0, Optional.empty(), Optional.empty(), 0),
          Route.NONE,
          Route.NONE,
          new Route(Route.Kind.UNICAST, eth0, Optional.of(PEER6), source, 0));
      List<IpAddress> many = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        many.add(IpAddress.ofIpv4(10 << 24 | 8 << 16 | i));
      }
      assertThat(netlink.routes(many)).hasSize(1000).allSatisfy((a, route) -> assertThat(route.gateway()).contains(PEER));
    }
  }

  @Test
  void hasNeighboursResolvedAndHearsOfTheirChanges() throws Exception {
    BlockingQueue<Neighbour> heard = new LinkedBlockingQueue<>();
    BlockingQueue<Boolean> changes = new LinkedBlockingQueue<>();
    NetworkListener listener = new NetworkListener() {
      @Override
      public void neighbourChanged(Neighbour neighbour) {
        heard.add(neighbour);
      }

      @Override
      public void networkChanged() {
        changes.add(true);
      }
    };
    try (NetworkMonitor monitor = NetworkMonitor.start(listener);
        Rtnetlink netlink = Rtnetlink.open()) {
      int eth0 = named(netlink, "eth0").index();
      netlink.keepResolved(eth0, PEER);
      netlink.keepResolved(eth0, PEER6);
      await(heard, new Neighbour(eth0, PEER, PEER_MAC, true, false, true));
      await(heard, new Neighbour(eth0, PEER6, PEER_MAC, true, false, true));
      List<Neighbour> all = new ArrayList<>();
      netlink.neighbours(all::add);
      assertThat(all).contains(new Neighbour(eth0, PEER, PEER_MAC, true, false, true));
      ip("-n " + director + " neigh replace 10.7.0.2 lladdr 02:00:00:00:00:99 dev eth0 nud permanent");
      await(heard, new Neighbour(eth0, PEER, 0x02_00_00_00_00_99L, true, true, false));
      ip("-n " + director + " neigh del 10.7.0.2 dev eth0");
      await(heard, new Neighbour(eth0, PEER, 0, false, false, false));
      changes.clear();
      ip("-n " + director + " route add 10.11.0.0/16 via 10.7.0.2");
      assertThat(changes.poll(60, TimeUnit.SECONDS)).as("a new route is reported").isTrue();
    }
  }

  private static void await(BlockingQueue<Neighbour> heard, Neighbour wanted) throws InterruptedException {
    List<Neighbour> others = new ArrayList<>();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (System.nanoTime() < end) {
      Neighbour neighbour = heard.poll(100, TimeUnit.MILLISECONDS);
      if (wanted.equals(neighbour)) {
        return;
      }
      others.add(neighbour);
    }
    throw new AssertionError("never heard of " + wanted + ", but of " + others);
  }

  private static Link named(Rtnetlink netlink, String name) {
    return netlink.links().values().stream().filter(link -> link.name().equals(name)).findFirst().orElseThrow();
  }

  private static void ip(String arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments.split(" ")));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as("%s: %s", command, output).isZero();
  }
}
