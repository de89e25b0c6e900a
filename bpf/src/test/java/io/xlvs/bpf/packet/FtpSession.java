// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/** An FTP control connection through NAT, segment by segment; what each side hears is checked for its checksum. */
final class FtpSession {
  /** What one hears of a segment that was dropped. */
  static final String NOTHING = "(dropped)";

  private final ThreeServers servers;
  final Connection.Tuple client;
  final int server;
  private long clientNext = Talk.CLIENT_SEQUENCE + 1;
  private long serverNext = Talk.SERVER_SEQUENCE + 1;

  /** Connects. */
  FtpSession(ThreeServers servers, String address, int port) throws MalformedPacketException {
    this.servers = servers;
    client = ThreeServers.tcp(address, port, Configurator.FTP_PORT);
    server = servers.send(client, tcp(client.sourcePort(), client.destinationPort(), Tcp.SYN, Talk.CLIENT_SEQUENCE, 0, "")) - '0';
    toClient(Configurator.FTP_PORT, client.sourcePort(), Tcp.SYN | Tcp.ACK, Talk.SERVER_SEQUENCE, clientNext, "");
    clientSays("");
    assertThat(serverSays("220 welcome\r\n")).isEqualTo("220 welcome\r\n");
  }

  private static Tcp tcp(int from, int to, int flags, long sequence, long acknowledgement, String text) {
    return new Tcp(from, to, flags).numbers(sequence, acknowledgement).payload(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  InetAddress serverAddress() {
    return Bytes.address(World.version(client.source()) == 4 ? "10.0.1.1" + server : "fd00::1:1" + server);
  }

  /** New text of the client; what the server hears. */
  String clientSays(String text) throws MalformedPacketException {
    String heard = clientRepeats(0, text);
    clientNext += heard.equals(NOTHING) ? 0 : text.length();
    return heard;
  }

  /** Text that begins so many bytes before the client's next; negative: behind a gap. */
  String clientRepeats(int before, String text) throws MalformedPacketException {
    Tcp tcp = tcp(client.sourcePort(), client.destinationPort(), Tcp.ACK, clientNext - before, serverNext, text);
    return text(servers.bench().run(Talk.frame(new Ip(client.source(), client.destination(), tcp).encode()), servers.lab().uplink));
  }

  /** New text of the server; what the client hears. */
  String serverSays(String text) throws MalformedPacketException {
    String heard = serverRepeats(0, text);
    serverNext += heard.equals(NOTHING) ? 0 : text.length();
    return heard;
  }

  String serverRepeats(int before, String text) throws MalformedPacketException {
    return toClient(Configurator.FTP_PORT, client.sourcePort(), Tcp.ACK, serverNext - before, clientNext, text);
  }

  private String toClient(int from, int to, int flags, long sequence, long acknowledgement, String text) throws MalformedPacketException {
    return text(serverFrame(tcp(from, to, flags, sequence, acknowledgement, text)));
  }

  private io.xlvs.loader.TestRunResult serverFrame(Tcp tcp) {
    Ip ip = new Ip(serverAddress(), client.source(), tcp);
    return servers.bench().run(new Ether(Lab.INSIDE_MAC, new byte[] {2, 0, 0, 0, 2, (byte) server}).wrap(ip), servers.lab().inside);
  }

  /** Whether a SYN of the server from a port of its own reaches the client; the source that it then has. */
  String serverConnects(int fromPort, int toPort) throws MalformedPacketException {
    var result = serverFrame(tcp(fromPort, toPort, Tcp.SYN, 1, 0, ""));
    if (servers.bench().verdict(result) != Expectation.Verdict.REDIRECT) {
      return NOTHING;
    }
    Headers out = Headers.ofFrame(result.out());
    return out.source().getHostAddress() + ":" + out.sourcePort();
  }

  /** Whether a SYN of the client itself reaches the server, and at which port; 0: it is not forwarded. */
  int connects(int port) throws MalformedPacketException {
    return connects(client.source().getHostAddress(), port);
  }

  /** Whether a SYN of somebody to a port of the VIP reaches this session's server, and at which port; 0: it is not forwarded. */
  int connects(String address, int port) throws MalformedPacketException {
    Connection.Tuple data = ThreeServers.tcp(address, 40_000, port);
    var result = servers.bench().run(
        Talk.frame(new Ip(data.source(), data.destination(), new Tcp(data.sourcePort(), port, Tcp.SYN)).encode()), servers.lab().uplink);
    if (servers.bench().verdict(result) != Expectation.Verdict.REDIRECT) {
      return 0;
    }
    Headers out = Headers.ofFrame(result.out());
    assertThat(out.destination()).isEqualTo(serverAddress());
    return out.destinationPort();
  }

  private String text(io.xlvs.loader.TestRunResult result) throws MalformedPacketException {
    if (servers.bench().verdict(result) != Expectation.Verdict.REDIRECT) {
      return NOTHING;
    }
    Headers out = Headers.ofFrame(result.out());
    assertThat(out.transportSum()).as("checksum").isEqualTo(0xffff);
    byte[] packet = out.packet();
    return new String(Bytes.slice(packet, packet.length - out.tcpPayloadLength(), packet.length), StandardCharsets.ISO_8859_1);
  }
}
