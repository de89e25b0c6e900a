// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Method;
import org.junit.jupiter.api.Test;

/** The port at the server is that of the time when the connection began, though an edit changes it for later ones. */
class ServerPortTest {
  private static final Connection.Tuple CLIENT = ThreeServers.udp("203.0.113.5", 4000, 80);
  private static final Connection.Tuple LATER = ThreeServers.udp("203.0.113.5", 4003, 80);

  @Test
  void shouldStayWithTheConnection() throws MalformedPacketException {
    try (ThreeServers servers = new ThreeServers(Method.NAT, Protocol.UDP, 80)) {
      assertThat(portAtTheServer(servers, CLIENT)).isEqualTo(80);
      answer(servers);
      assertThat(portAtTheServer(servers, CLIENT)).as("cached").isEqualTo(80);
      servers.tables().server(ThreeServers.slot(0, 3), "to_port", 0x901f); // 8080 in network order
      servers.bench().plane().age("connections", CLIENT, 0); // what an edit does: no copy counts any more
      for (int i = 0; i < 3; i++) {
        assertThat(portAtTheServer(servers, CLIENT)).isEqualTo(80);
      }
      servers.datagram(ThreeServers.udp("203.0.113.5", 4001, 80));
      servers.datagram(ThreeServers.udp("203.0.113.5", 4002, 80));
      assertThat(portAtTheServer(servers, LATER)).isEqualTo(8080);
    }
  }

  private static void answer(ThreeServers servers) {
    Ip ip = new Ip(Bytes.address("10.0.1.13"), CLIENT.source(), new Udp(80, CLIENT.sourcePort(), Talk.DATA, true));
    servers.bench().run(new Ether(Lab.INSIDE_MAC, new byte[] {2, 0, 0, 0, 2, 3}).wrap(ip), servers.lab().inside);
  }

  private static int portAtTheServer(ThreeServers servers, Connection.Tuple client) throws MalformedPacketException {
    byte[] packet = new Ip(client.source(), client.destination(), new Udp(client.sourcePort(), 80, Talk.DATA, true)).encode();
    return Headers.ofFrame(servers.bench().run(Talk.frame(packet), servers.lab().uplink).out()).destinationPort();
  }
}
