// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Flags;
import io.xlvs.bpf.Method;
import io.xlvs.bpf.ServiceFlag;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** One-packet scheduling, {@code ipvsadm -o}: each datagram by itself, whatever port it comes from. */
class OnePacketTest {
  private static final Connection.Tuple CLIENT = ThreeServers.udp("203.0.113.5", 31_030, 80);

  private static ThreeServers onePacket(Method method) {
    ThreeServers servers = new ThreeServers(method, Protocol.UDP, 80);
    servers.tables().service(0, "flags", Flags.of(ServiceFlag.IN_USE) | Flags.of(ServiceFlag.ONE_PACKET));
    servers.tables().service(1, "flags", Flags.of(ServiceFlag.IN_USE) | Flags.of(ServiceFlag.ONE_PACKET));
    return servers;
  }

  private static String send(ThreeServers servers, Connection.Tuple client, int count) {
    return IntStream.range(0, count).mapToObj(n -> String.valueOf(servers.datagram(client))).collect(Collectors.joining());
  }

  @Test
  void shouldScheduleEachDatagramOfOnePort() {
    try (ThreeServers servers = onePacket(Method.DR)) {
      assertThat(send(servers, CLIENT, 9)).isEqualTo("321321321");
      assertThat(send(servers, ThreeServers.udp("2001:db8:c::5", 31_030, 80), 6)).isEqualTo("321321");
      assertThat(servers.bench().plane().stats(ThreeServers.slot(0, 2)).connections()).isEqualTo(3);
    }
  }

  @Test
  void shouldLeaveNoConnectionThatOutlivesItsDatagram() {
    try (ThreeServers servers = onePacket(Method.DR)) {
      send(servers, CLIENT, 9);
      assertThat(servers.tables().connections("connections").entries()).isEmpty();
      assertThat(servers.tables().connections("half_open").entries()).hasSize(1);
    }
  }

  @Test
  void shouldBringEveryAnswerBackToItsClient() throws MalformedPacketException {
    try (ThreeServers servers = onePacket(Method.NAT)) {
      for (char server : "321321".toCharArray()) {
        assertThat(servers.datagram(CLIENT)).isEqualTo(server);
        InetAddress rip = Bytes.address("10.0.1.1" + server);
        Ip answer = new Ip(rip, CLIENT.source(), new Udp(80, CLIENT.sourcePort(), Talk.DATA, true));
        byte[] frame = new Ether(Lab.INSIDE_MAC, new byte[] {2, 0, 0, 0, 2, (byte) (server - '0')}).wrap(answer);
        Headers out = Headers.ofFrame(servers.bench().run(frame, servers.lab().inside).out());
        assertThat(out.source()).isEqualTo(ThreeServers.VIP);
        assertThat(out.sourcePort()).isEqualTo(80);
        assertThat(out.destination()).isEqualTo(CLIENT.source());
        assertThat(out.transportSum()).isEqualTo(0xffff);
      }
      assertThat(servers.tables().connections("connections").entries()).isEmpty();
    }
  }

  @Test
  void shouldSendTheFragmentsOfADatagramToOneServer() {
    try (ThreeServers servers = onePacket(Method.DR)) {
      for (char server : "321".toCharArray()) {
        Udp big = new Udp(CLIENT.sourcePort(), 80, new byte[3000], true);
        byte[] packet = new Ip(CLIENT.source(), CLIENT.destination(), big).encode();
        List<byte[]> pieces = Ip.fragments(packet, 1000, server);
        String went = pieces.stream().map(piece -> String.valueOf(servers.sendFrame(Talk.frame(piece)))).collect(Collectors.joining());
        assertThat(went).isEqualTo(String.valueOf(server).repeat(pieces.size()));
      }
    }
  }
}
