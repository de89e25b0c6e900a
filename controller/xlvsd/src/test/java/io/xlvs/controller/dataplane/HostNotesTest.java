// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.VirtualService;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the status says of a host whose network stands against its services. */
class HostNotesTest extends LiveDirector {
  @Test
  void aVipThatIsNoAddressOfTheHostIsTold() throws Exception {
    assertThat(plane.status().notes()).as("without services").isEmpty();
    apply(service(HTTP, "rr", server(1, 80)));
    assertThat(plane.status().notes()).singleElement().asString()
        .startsWith("VIP 10.71.100.1 is no address of this host").endsWith("(ip address add 10.71.100.1/32 dev INTERFACE)");
    Namespaces.ip("-n " + net.director + " address add 10.71.100.1/32 dev eth0");
    assertThat(plane.status().notes()).isEmpty();
  }

  @Test
  void manyVipsAreSummedUp() throws Exception {
    apply(IntStream.rangeClosed(1, 5)
        .mapToObj(n -> service(new ServiceKey.Endpoint(Protocol.TCP, IpAddress.parse("fd71:100::" + n), 80), "rr"))
        .toArray(VirtualService[]::new));
    assertThat(plane.status().notes()).singleElement().asString()
        .startsWith("VIP fd71:100::1, fd71:100::2, fd71:100::3 and 2 more are no addresses").contains("fd71:100::1/128");
  }

  @Test
  void forwardingThatIsOffIsToldToWhoeverNeedsTheRoutingTableForReplies() throws Exception {
    Namespaces.ip("-n " + net.director + " address add 10.71.100.1/32 dev eth0");
    Namespaces.sysctl(net.director, "net/ipv4/ip_forward=0");
    RealServer direct = server(IpAddress.parse("10.71.1.10"), 80, ForwardingMethod.DR);
    apply(service(HTTP, "rr", direct));
    assertThat(plane.status().notes()).as("DR asks nobody").isEmpty();
    apply(service(HTTP, "rr", server(1, 80)));
    assertThat(plane.status().notes()).singleElement().asString()
        .startsWith("IPv4 forwarding is off on eth0, eth1, eth2").endsWith("(sysctl -w net.ipv4.ip_forward=1)");
    Namespaces.sysctl(net.director, "net/ipv4/conf/eth1/forwarding=1");
    assertThat(plane.status().notes()).singleElement().asString().startsWith("IPv4 forwarding is off on eth0, eth2:");
  }

  @Test
  void strictSourceChecksOfTheHostDoNotConcernTheDataPlane() throws Exception {
    Namespaces.run("ip netns exec " + net.client + " ping -c 1 -W 5 10.71.0.1"); // ARP itself is under rp_filter
    Namespaces.sysctl(net.director, "net/ipv4/conf/all/rp_filter=1", "net/ipv4/conf/eth0/rp_filter=1", "net/ipv4/conf/eth1/rp_filter=1");
    serve(1, 80);
    apply(service(HTTP, "rr", server(1, 80)));
    // The client's packets come in by eth0, though the way to it leads through eth2: strict rp_filter drops what it sees.
    Namespaces.ip("-n " + net.client + " address add 10.72.0.1/32 dev lo");
    Namespaces.ip("-n " + net.director + " route add 10.72.0.1/32 via 10.71.2.10");
    Namespaces.ip("-n " + net.client + " route replace 10.71.100.0/24 via 10.71.0.1 src 10.72.0.1");
    Namespaces.ip("-n " + net.server(2) + " route add 10.72.0.1/32 via 10.71.2.1");
    assertThat(plane.status().notes()).hasSize(1);
    Namespaces.in(net.client, () -> {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(VIP.toString(), 80), 300);
        return null;
      } catch (SocketTimeoutException e) {
        return null; // the answer goes astray on purpose: what counts is that the request arrived
      }
    });
    await(() -> plane.figures(service(HTTP, "rr", server(1, 80)), true).counters().connections() == 1);
  }
}
