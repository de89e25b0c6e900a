// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import java.net.Socket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The kernel is asked to keep neighbours resolved, and is asked again when it forgets; traffic follows what becomes of them. */
class NeighbourTest extends LiveDirector {
  private Socket socket;

  /** Server 1 by NAT, replies through the director: a neighbour on each side. */
  @BeforeEach
  void serveOne() throws Exception {
    serve(1, 80);
    apply(service(HTTP, "rr", server(1, 80)));
    socket = connect();
    for (String letter : new String[] {"a", "b", "c"}) {
      assertThat(ask(socket, letter)).endsWith(letter);
    }
    awaitManaged("10.71.1.10", 1);
    awaitManaged("10.71.0.10", 0);
  }

  @Test
  void flushedNeighboursAreManagedAgain() throws Exception {
    Namespaces.ip("-n " + net.director + " neigh flush all");
    assertThatTrafficResumes();
    awaitManaged("10.71.1.10", 1);
    awaitManaged("10.71.0.10", 0);
    await(() -> plane.status().interfaces().size() == 3);
  }

  @Test
  void aLinkThatGoesDownAndUpComesBackManaged() throws Exception {
    for (String device : new String[] {"eth0", "eth1"}) {
      Namespaces.ip("-n " + net.director + " link set " + device + " down");
      Namespaces.ip("-n " + net.director + " link set " + device + " up");
    }
    assertThatTrafficResumes();
    awaitManaged("10.71.1.10", 1);
    awaitManaged("10.71.0.10", 0);
  }

  @Test
  void aCarrierThatIsLostAndFoundComesBackManaged() throws Exception {
    Namespaces.ip("-n " + net.server(1) + " link set eth0 down");
    Namespaces.ip("-n " + net.server(1) + " link set eth0 up");
    Namespaces.ip("-n " + net.server(1) + " route add default via 10.71.1.1");
    assertThatTrafficResumes();
    awaitManaged("10.71.1.10", 1);
  }

  @Test
  void aNeighbourThatTheAdministratorTakesBackIsLeftToHim() throws Exception {
    String mac = macOf(net.server(1));
    Namespaces.ip("-n " + net.director + " neigh replace 10.71.1.10 lladdr " + mac + " dev eth1 nud permanent");
    assertThatTrafficResumes();
    assertThat(neighbour("10.71.1.10", 1)).contains("PERMANENT").doesNotContain("managed");
    Namespaces.ip("-n " + net.director + " neigh del 10.71.1.10 dev eth1");
    assertThatTrafficResumes();
    awaitManaged("10.71.1.10", 1);
  }

  @Test
  void aServerAndAClientThatChangeTheirEthernetAddressAreFollowed() throws Exception {
    for (String host : new String[] {net.server(1), net.client}) {
      Namespaces.ip("-n " + host + " link set eth0 address 02:00:00:00:00:" + (host.equals(net.client) ? "c1" : "51"));
      // As a router that takes over: it asks, and the director hears it.
      Namespaces.run("ip netns exec " + host + " ping -c 1 -W 5 10.71." + (host.equals(net.client) ? "0" : "1") + ".1");
      assertThatTrafficResumes();
    }
  }

  @Test
  void aServerThatIsReachedAnotherWayTakesItsNeighbourAlong() throws Exception {
    Namespaces.ip("-n " + net.director + " route add 10.71.9.9/32 via 10.71.2.10");
    apply(service(HTTP, "rr", server(IpAddress.parse("10.71.9.9"), 80, ForwardingMethod.NAT)));
    await(() -> isManaged("10.71.2.10", 2));
    Namespaces.ip("-n " + net.director + " route replace 10.71.9.9/32 via 10.71.1.10");
    await(() -> !isManaged("10.71.2.10", 2) && isManaged("10.71.1.10", 1));
  }

  /** On a machine of its own within about a second: TCP's retransmission is what takes longest. */
  private void assertThatTrafficResumes() throws Exception {
    socket.setSoTimeout(20_000);
    assertThat(ask(socket, "x")).startsWith("1 ");
  }

  private void awaitManaged(String address, int number) throws Exception {
    try {
      await(() -> {
        ask(socket, "k"); // a way to a client is learnt from replies
        return isManaged(address, number);
      });
    } catch (AssertionError e) {
      throw new AssertionError("not managed: " + net.inDirector("ip neigh show") + table("next_hops"), e);
    }
  }

  private boolean isManaged(String address, int number) {
    return neighbour(address, number).contains("managed");
  }

  private String neighbour(String address, int number) {
    return net.inDirector("ip neigh show " + address + " dev eth" + number);
  }

  private static String macOf(String host) {
    return Namespaces.run("ip -n " + host + " -o link show eth0").replaceFirst("(?s).*link/ether ([0-9a-f:]+).*", "$1");
  }
}
