// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Conn;
import io.xlvs.bpf.Flags;
import io.xlvs.bpf.Method;
import io.xlvs.bpf.ServiceFlag;
import io.xlvs.bpf.State;
import io.xlvs.bpf.SysctlFlag;
import io.xlvs.loader.TestRunResult;
import java.net.InetAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** net.ipv4.vs: what each switch does to packets, and that nothing of it is done without. */
class SysctlTest {
  private static final Connection.Tuple CLIENT = ThreeServers.tcp("203.0.113.5", 4000, 80);
  private static final Connection.Tuple UDP_CLIENT = ThreeServers.udp("203.0.113.5", 4000, 80);
  private static final int ACK = Tcp.ACK;

  private static Optional<Conn> entry(ThreeServers servers, String table, Connection.Tuple client) {
    return servers.bench().plane().connection(table, client);
  }

  private static char answer(ThreeServers servers, int server, int flags) {
    InetAddress rip = Bytes.address("10.0.1.1" + server);
    Ip ip = new Ip(rip, CLIENT.source(), new Tcp(80, CLIENT.sourcePort(), flags).numbers(77, 5));
    byte[] frame = new Ether(Lab.INSIDE_MAC, new byte[] {2, 0, 0, 0, 2, (byte) server}).wrap(ip);
    return servers.bench().verdict(servers.bench().run(frame, servers.lab().inside)) == Expectation.Verdict.REDIRECT ? '>' : '-';
  }

  @Test
  void sloppyTcpOpensAConnectionInItsMiddle() {
    try (ThreeServers servers = new ThreeServers(Protocol.TCP, 80)) {
      assertThat(servers.segment(CLIENT, ACK)).isEqualTo(ThreeServers.REFUSED);
      servers.tables().sysctls(SysctlFlag.SLOPPY_TCP);
      assertThat(servers.segment(CLIENT, Tcp.RST)).isEqualTo(ThreeServers.REFUSED);
      assertThat(servers.segment(CLIENT, ACK)).isEqualTo('3');
      assertThat(entry(servers, "half_open", CLIENT).orElseThrow().state()).isEqualTo(State.ESTABLISHED);
      assertThat(servers.segment(CLIENT, ACK)).isEqualTo('3');
      assertThat(entry(servers, "connections", CLIENT).orElseThrow().state()).isEqualTo(State.ESTABLISHED);
      Connection.Tuple ending = ThreeServers.tcp("203.0.113.5", 4001, 80);
      assertThat(servers.segment(ending, Tcp.FIN | ACK)).isEqualTo('2');
      assertThat(entry(servers, "half_open", ending).orElseThrow().state()).isEqualTo(State.CLOSE);
    }
  }

  /** By NAT the server's word counts: a client can forge the middle of a connection, but not that a server knows it. */
  @Test
  void sloppyTcpKeepsAConnectionThatItsServerKnows() {
    try (ThreeServers servers = new ThreeServers(Method.NAT, Protocol.TCP, 80)) {
      servers.tables().sysctls(SysctlFlag.SLOPPY_TCP);
      assertThat(servers.segment(CLIENT, ACK)).isEqualTo('3');
      assertThat(servers.segment(CLIENT, ACK)).isEqualTo('3');
      assertThat(entry(servers, "connections", CLIENT)).isEmpty();
      assertThat(answer(servers, 3, Tcp.RST)).isEqualTo('>');
      assertThat(entry(servers, "connections", CLIENT)).isEmpty();
      servers.tables().expireConnections();
      assertThat(servers.segment(CLIENT, ACK)).isEqualTo('2');
      assertThat(answer(servers, 2, ACK)).isEqualTo('>');
      assertThat(entry(servers, "connections", CLIENT).orElseThrow().state()).isEqualTo(State.ESTABLISHED);
    }
  }

  @Test
  void expireNodestConnEndsConnectionsOfARemovedServer() {
    try (ThreeServers servers = new ThreeServers(Protocol.TCP, 80)) {
      servers.establish(CLIENT);
      servers.tables().server(ThreeServers.slot(0, 3), "flags", 0);
      assertThat(verdict(servers, ACK)).as("silent").isEqualTo(Expectation.Verdict.DROP);
      servers.tables().sysctls(SysctlFlag.EXPIRE_NODEST);
      assertThat(verdict(servers, ACK)).as("the stack sends a RST").isEqualTo(Expectation.Verdict.PASS);
      assertThat(entry(servers, "connections", CLIENT)).isEmpty();
      assertThat(servers.segment(CLIENT, Tcp.SYN)).isEqualTo('2');
    }
  }

  private static Expectation.Verdict verdict(ThreeServers servers, int flags) {
    byte[] packet = new Ip(CLIENT.source(), CLIENT.destination(), new Tcp(CLIENT.sourcePort(), 80, flags)).encode();
    return servers.bench().verdict(servers.bench().run(Talk.frame(packet), servers.lab().uplink));
  }

  @Test
  void expireNodestConnGivesDatagramsAnotherServer() {
    try (ThreeServers servers = new ThreeServers(Protocol.UDP, 80)) {
      assertThat(servers.datagram(UDP_CLIENT)).isEqualTo('3');
      servers.tables().server(ThreeServers.slot(0, 3), "flags", 0);
      assertThat(servers.datagram(UDP_CLIENT)).isEqualTo(ThreeServers.REFUSED);
      servers.tables().sysctls(SysctlFlag.EXPIRE_NODEST);
      assertThat(servers.datagram(UDP_CLIENT)).isEqualTo('2');
    }
  }

  /** ip_vs_expire_nodest_conn_flush(): without a packet, too. */
  @Test
  void expireNodestConnSweepsConnectionsOfARemovedServer() {
    try (ThreeServers servers = new ThreeServers(Protocol.TCP, 80)) {
      servers.establish(CLIENT);
      servers.tables().server(ThreeServers.slot(0, 3), "flags", 0);
      servers.tables().sweep();
      assertThat(entry(servers, "connections", CLIENT)).isPresent();
      servers.tables().sysctls(SysctlFlag.EXPIRE_NODEST);
      servers.tables().sweep();
      assertThat(entry(servers, "connections", CLIENT)).isEmpty();
      assertThat(servers.tables().load(ThreeServers.slot(0, 3)).activeConnections()).isZero();
    }
  }

  @Test
  void expireNodestConnBeginsAnewWhereTheServerTakesNoNewConnections() {
    try (ThreeServers servers = new ThreeServers(Protocol.TCP, 80)) {
      servers.establish(CLIENT);
      servers.tables().server(ThreeServers.slot(0, 3), "weight", 0);
      assertThat(servers.segment(CLIENT, Tcp.SYN)).isEqualTo('3');
      servers.tables().sysctls(SysctlFlag.EXPIRE_NODEST);
      assertThat(servers.segment(CLIENT, ACK)).as("goes on").isEqualTo('3');
      assertThat(servers.segment(CLIENT, Tcp.SYN)).isEqualTo('2');
    }
  }

  @Test
  void expireQuiescentTemplateMovesClientsOffAServerOfWeightZero() {
    try (ThreeServers servers = new ThreeServers(Protocol.TCP, 80)) {
      servers.tables().persist(0, Flags.of(ServiceFlag.PERSISTENT), 360, Bytes.address("255.255.255.255"));
      servers.establish(CLIENT);
      servers.tables().server(ThreeServers.slot(0, 3), "weight", 0);
      assertThat(servers.establish(ThreeServers.tcp("203.0.113.5", 4001, 80))).isEqualTo('3');
      servers.tables().sysctls(SysctlFlag.EXPIRE_QUIESCENT);
      assertThat(servers.establish(ThreeServers.tcp("203.0.113.5", 4002, 80))).isEqualTo('2');
      assertThat(servers.segment(CLIENT, ACK)).as("goes on").isEqualTo('3');
      servers.tables().server(ThreeServers.slot(0, 3), "weight", 1);
      assertThat(servers.establish(ThreeServers.tcp("203.0.113.5", 4003, 80))).isEqualTo('2');
    }
  }

  @Test
  void connReuseModeSaysWhichConnectionsASynBeginsAnew() {
    try (ThreeServers servers = new ThreeServers(Protocol.TCP, 80)) {
      servers.tables().sysctls();
      assertThat(reuse(servers, Tcp.RST)).as("0, CLOSE").isEqualTo("3 3");
      servers.tables().sysctls(SysctlFlag.REUSE);
      assertThat(reuse(servers, Tcp.RST)).as("1, CLOSE").isEqualTo("3 2");
      assertThat(reuse(servers, Tcp.FIN | ACK)).as("1, FIN_WAIT").isEqualTo("2 2");
      servers.tables().sysctls(SysctlFlag.REUSE, SysctlFlag.REUSE_FIN_WAIT);
      assertThat(reuse(servers, Tcp.FIN | ACK)).as("2, FIN_WAIT").isEqualTo("2 1");
    }
  }

  /** The client closes and connects again from the same port: the servers before and after. */
  private static String reuse(ThreeServers servers, int end) {
    char before = servers.segment(CLIENT, Tcp.SYN);
    servers.segment(CLIENT, ACK);
    servers.segment(CLIENT, end);
    char after = servers.segment(CLIENT, Tcp.SYN);
    servers.segment(CLIENT, ACK);
    return before + " " + after;
  }

  /** It gets its template's server anyway: is_new_conn_expected(). */
  @Test
  void connReuseModeLeavesConnectionsAloneThatATemplateHolds() {
    try (ThreeServers servers = new ThreeServers(Protocol.TCP, 80)) {
      servers.tables().persist(0, Flags.of(ServiceFlag.PERSISTENT), 360, Bytes.address("255.255.255.255"));
      reuse(servers, Tcp.RST);
      assertThat(servers.bench().plane().stats(ThreeServers.slot(0, 3)).connections()).isEqualTo(1);
      assertThat(entry(servers, "connections", CLIENT).orElseThrow().state()).isEqualTo(State.ESTABLISHED);
    }
  }

  @Test
  void natIcmpSendTellsAServerThatNobodyWaits() throws MalformedPacketException {
    try (ThreeServers servers = new ThreeServers(Method.NAT, Protocol.TCP, 80)) {
      assertThat(servers.bench().verdict(stray(servers, ACK))).isEqualTo(Expectation.Verdict.PASS);
      servers.tables().sysctls(SysctlFlag.NAT_ICMP);
      assertThat(servers.bench().verdict(stray(servers, Tcp.RST))).isEqualTo(Expectation.Verdict.PASS);
      TestRunResult result = stray(servers, ACK);
      assertThat(servers.bench().verdict(result)).isEqualTo(Expectation.Verdict.TX);
      Headers out = Headers.ofFrame(result.out());
      assertThat(out.destination()).isEqualTo(Bytes.address("10.0.1.13"));
      assertThat(out.bytes()[out.transport()]).as("unreachable").isEqualTo((byte) 3);
      assertThat(out.bytes()[out.transport() + 1]).as("port").isEqualTo((byte) 3);
    }
  }

  private static TestRunResult stray(ThreeServers servers, int flags) {
    Ip ip = new Ip(Bytes.address("10.0.1.13"), CLIENT.source(), new Tcp(80, 9, flags));
    return servers.bench().run(new Ether(Lab.INSIDE_MAC, new byte[] {2, 0, 0, 0, 2, 3}).wrap(ip), servers.lab().inside);
  }

  @Test
  void aServicesOwnTimeoutsComeFirst() {
    try (ThreeServers servers = new ThreeServers(Protocol.TCP, 80)) {
      servers.establish(CLIENT);
      assertThat(entry(servers, "connections", CLIENT).orElseThrow().timeoutJiffies()).isEqualTo(900 * 250);
      servers.tables().service(0, "tcp_timeout", 7 * 250);
      servers.segment(CLIENT, ACK);
      servers.bench().plane().age("connections", CLIENT, 1);
      servers.segment(CLIENT, ACK);
      assertThat(entry(servers, "connections", CLIENT).orElseThrow().timeoutJiffies()).as("an open one's").isEqualTo(7 * 250);
      servers.tables().service(0, "tcp_fin_timeout", 3 * 250);
      servers.segment(CLIENT, Tcp.FIN | ACK);
      assertThat(entry(servers, "connections", CLIENT).orElseThrow().timeoutJiffies()).isEqualTo(3 * 250);
      servers.segment(CLIENT, Tcp.RST);
      assertThat(entry(servers, "connections", CLIENT).orElseThrow().timeoutJiffies()).as("CLOSE has none").isEqualTo(900 * 250);
    }
    try (ThreeServers servers = new ThreeServers(Protocol.UDP, 80)) {
      servers.tables().service(0, "udp_timeout", 5 * 250);
      servers.datagram(UDP_CLIENT);
      assertThat(entry(servers, "half_open", UDP_CLIENT).orElseThrow().timeoutJiffies()).isEqualTo(5 * 250);
    }
  }
}
