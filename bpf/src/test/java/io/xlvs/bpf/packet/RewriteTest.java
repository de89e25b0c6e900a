// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Method;
import io.xlvs.bpf.Tunnel;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The oracle's rewrite against packets built anew: it must not share an error with the data plane unnoticed. */
class RewriteTest {
  private static final InetAddress CLIENT = Bytes.address("192.0.2.7");
  private static final InetAddress VIP = Bytes.address("198.51.100.1");
  private static final InetAddress RIP = Bytes.address("10.0.0.5");
  private static final InetAddress LIP = Bytes.address("10.0.0.200");
  private static final InetAddress DIP = Bytes.address("10.0.0.1");
  private static final byte[] DATA = {1, 2, 3, 4, 5};
  private static final World.Hop HOP =
      new World.Hop(Bytes.unhex("020000000005"), Bytes.unhex("020000000006"), 2, 1500, 0, true);

  private static Connection connection(World.RealServer server) {
    World.VirtualService service = new World.VirtualService(0, VIP, 80, Protocol.TCP, List.of(server), List.of(LIP));
    boolean full = server.method() == Method.FULLNAT;
    Connection.Tuple tuple = new Connection.Tuple(CLIENT, 4000, VIP, 80, Protocol.TCP);
    return new Connection(service, server, tuple, full ? LIP : CLIENT, full ? 5000 : 4000);
  }

  private static Connection connection(Method method) {
    return connection(World.RealServer.of(0, RIP, method == Method.DR ? 0 : 8080, method, HOP));
  }

  private static byte[] packet(InetAddress from, int sport, InetAddress to, int dport, int ttl, byte[]... options) {
    return new Ip(from, to, new Tcp(sport, dport, Tcp.ACK).options(options).payload(DATA)).timeToLive(ttl).encode();
  }

  @Test
  void shouldRewriteARequestAsIfItHadBeenSentToTheServer() throws MalformedPacketException {
    byte[] request = packet(CLIENT, 4000, VIP, 80, 64);
    assertThat(Rewrite.request(connection(Method.NAT), request, false, false).packet())
        .isEqualTo(packet(CLIENT, 4000, RIP, 8080, 63));
    assertThat(Rewrite.request(connection(Method.DR), request, false, false).packet())
        .isEqualTo(packet(CLIENT, 4000, VIP, 80, 63));
    assertThat(Rewrite.request(connection(Method.FULLNAT), request, false, false).packet())
        .isEqualTo(packet(LIP, 5000, RIP, 8080, 63, Tcp.toa(CLIENT, 4000)));
  }

  @Test
  void shouldRewriteAReplyAsIfTheServiceHadSentIt() throws MalformedPacketException {
    byte[] expected = packet(VIP, 80, CLIENT, 4000, 63);
    assertThat(Rewrite.reply(connection(Method.NAT), packet(RIP, 8080, CLIENT, 4000, 64))).isEqualTo(expected);
    assertThat(Rewrite.reply(connection(Method.FULLNAT), packet(RIP, 8080, LIP, 5000, 64))).isEqualTo(expected);
  }

  @Test
  void shouldReplaceAForgedToaByNopsAndPutTheTrueOneFirst() throws MalformedPacketException {
    byte[] forged = Tcp.toa(Bytes.address("203.0.113.1"), 1);
    byte[] request = packet(CLIENT, 4000, VIP, 80, 64, forged, forged);
    byte[] nops = new byte[16];
    Arrays.fill(nops, (byte) 1);
    assertThat(Rewrite.request(connection(Method.FULLNAT), request, false, false).packet())
        .isEqualTo(packet(LIP, 5000, RIP, 8080, 63, Tcp.toa(CLIENT, 4000), nops));
  }

  @Test
  void shouldKeepADamagedChecksumDamaged() throws MalformedPacketException {
    byte[] request = packet(CLIENT, 4000, VIP, 80, 64);
    request[request.length - 1] ^= 0x40;
    Headers before = Headers.ofIp(request);
    Headers after = Headers.ofIp(Rewrite.request(connection(Method.FULLNAT), request, false, false).packet());
    assertThat(before.transportSum()).isNotEqualTo(0xffff);
    assertThat(after.transportSum()).isEqualTo(before.transportSum());
  }

  @Test
  void shouldLeaveTheOptionOutWhereItDoesNotFit() throws MalformedPacketException {
    byte[] big = new byte[1500 - 40];
    byte[] request = new Ip(CLIENT, VIP, new Tcp(4000, 80, Tcp.ACK).payload(big)).encode();
    Rewrite.Result result = Rewrite.request(connection(Method.FULLNAT), request, false, false);
    assertThat(result.omitted()).isEqualTo(Rewrite.Omitted.THOUGH_DUE);
    assertThat(result.packet()).hasSize(1500);
  }

  @Test
  void shouldPutTheWholePacketIntoTheTunnel() throws MalformedPacketException {
    byte[] inner = packet(CLIENT, 4000, VIP, 80, 63);
    for (Tunnel tunnel : Tunnel.values()) {
      World.RealServer server = new World.RealServer(0, RIP, 0, Method.TUN, HOP, tunnel, true, 9001, DIP);
      byte[] outer = Encapsulation.wrap(server, inner, null, 0);
      Headers headers = Headers.ofIp(outer);
      assertThat(headers.headerSum()).isEqualTo(0xffff);
      assertThat(headers.timeToLive()).isEqualTo(63);
      assertThat(headers.destination()).isEqualTo(RIP);
      assertThat(outer).hasSize(inner.length + Encapsulation.overhead(server)).endsWith(inner);
    }
  }

  @Test
  void shouldTranslateTheQuotedPacketOfAnError() throws MalformedPacketException {
    Connection connection = connection(Method.NAT);
    InetAddress router = Bytes.address("203.0.113.9");
    byte[] quoted = packet(VIP, 80, CLIENT, 4000, 60);
    byte[] error = new Ip(router, VIP, Icmp.tooBig(4, 1400, quoted)).encode();
    byte[] expected =
        new Ip(router, RIP, Icmp.tooBig(4, 1400, packet(RIP, 8080, CLIENT, 4000, 60))).timeToLive(63).encode();
    assertThat(Rewrite.errorToServer(connection, error, true, false)).isEqualTo(expected);

    byte[] back = new Ip(router, CLIENT, Icmp.timeExceeded(4, packet(CLIENT, 4000, RIP, 8080, 1))).encode();
    byte[] expectedBack =
        new Ip(VIP, CLIENT, Icmp.timeExceeded(4, packet(CLIENT, 4000, VIP, 80, 1))).timeToLive(63).encode();
    assertThat(Rewrite.errorToClient(connection, back, true)).isEqualTo(expectedBack);
  }
}
