// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Method;
import io.xlvs.bpf.State;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What FTP's control connections announce, as clients and servers may spell, cut, repeat and forge it. */
class FtpTest {
  private static final String CLIENT6 = "2001:db8:c::5";
  private static final String NOTHING = FtpSession.NOTHING;

  private static ThreeServers servers;
  private static int sessions;

  @BeforeAll
  static void load() {
    servers = new ThreeServers(Method.NAT, Protocol.TCP, Configurator.FTP_PORT);
  }

  @AfterAll
  static void close() {
    servers.close();
  }

  /** Of a client of its own. */
  private static FtpSession session() throws MalformedPacketException {
    return new FtpSession(servers, "203.0.113." + ++sessions, 20_000);
  }

  private static FtpSession session6() throws MalformedPacketException {
    return new FtpSession(servers, CLIENT6, 20_000 + ++sessions);
  }

  /** The VIP is 10.0.0.100, the servers are 10.0.1.11 to 13: one digit more has to come from somewhere. */
  @ParameterizedTest
  @CsvSource(delimiter = ';', quoteCharacter = '"', value = {
      "227 Entering Passive Mode (RIP,156,65).; 227 Entering Passive Mod (10,0,0,100,156,65).",
      "227 Entering Passive Mode RIP,156,65; 227 Entering Passive Mod 10,0,0,100,156,65",
      "227 =RIP,156,65; (no room)",
      "227 RIP,156,65; (no room)",
      "227 ok (RIP,156,65); 227 o (10,0,0,100,156,65)",
      "227 Mode (127,0,0,1,156,65); 227 Mod (10,0,0,100,156,65)",
      "227 Mode (10,0,0,100,156,65); 227 Mode (10,0,0,100,156,65)",
      "227 Mode (192,168,100,100,156,65); 227 Mode      (10,0,0,100,156,65)",
      "227 M (1,2,3,4,156,65).; (no room)"})
  void shouldGiveThePassiveAnswerTheVip(String said, String heard) throws MalformedPacketException {
    FtpSession ftp = session();
    ftp.clientSays("PASV\r\n");
    String line = said.replace("RIP", ftp.serverAddress().getHostAddress().replace('.', ',')) + "\r\n";
    String expected = heard.equals("(no room)") ? "425" + line.substring(3) : heard + "\r\n";
    assertThat(ftp.serverSays(line)).isEqualTo(expected).hasSameSizeAs(line);
    assertThat(ftp.connects("198.51.100.7", 40_001)).as("another client").isZero();
    assertThat(ftp.connects( 40_001)).isEqualTo(heard.equals("(no room)") ? 0 : 40_001);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PASV\r\n", "pasv\r\n", "PASV\n", "TYPE I\r\nPASV\r\n", "EPSV ALL\r\nPASV\r\n"})
  void shouldKnowTheCommandHoweverItIsSpelled(String command) throws MalformedPacketException {
    FtpSession ftp = session();
    assertThat(ftp.clientSays(command)).isEqualTo(command);
    assertThat(ftp.serverSays("200 so\r\n227 Mode (10,0,1,1,156,66)\r\n")).isEqualTo("200 so\r\n227 Mo (10,0,0,100,156,66)\r\n");
    assertThat(ftp.connects( 40_002)).isEqualTo(40_002);
  }

  @Test
  void shouldKnowACommandThatComesByteByByte() throws MalformedPacketException {
    FtpSession ftp = session();
    for (String part : new String[] {"PO", "RT 203,0,113", ",5,1", "17,", "48", "\r", "\n"}) {
      assertThat(ftp.clientSays(part)).isEqualTo(part);
    }
    assertThat(ftp.serverConnects(20, 30_000)).isEqualTo("10.0.0.100:20");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PORT 203,0,113,5,117,48\r\n", "port 203,0,113,5,117,48\r\n", "EPRT |1|203.0.113.5|30000|\r\n", "EPRT !1!203.0.113.5!30000!\n"})
  void shouldExpectActiveData(String command) throws MalformedPacketException {
    FtpSession ftp = session();
    assertThat(ftp.serverConnects(20, 30_000)).isNotEqualTo("10.0.0.100:20");
    assertThat(ftp.clientSays(command)).isEqualTo(command);
    assertThat(ftp.serverConnects(20, 30_000)).isEqualTo("10.0.0.100:20");
  }

  @Test
  void shouldDoTheSameOverIpv6() throws MalformedPacketException {
    FtpSession ftp = session6();
    ftp.clientSays("EPRT |2|2001:db8:c::5|30100|\r\n");
    assertThat(ftp.serverConnects(20, 30_100)).isEqualTo("fd00:0:0:0:0:0:0:100:20");
    ftp.clientSays("EPSV\r\n");
    assertThat(ftp.serverSays("229 Extended (|||40100|)\r\n")).isEqualTo("229 Extended (|||40100|)\r\n");
    assertThat(ftp.connects( 40_100)).isEqualTo(40_100);
    ftp.clientSays("EPSV 2\r\n");
    assertThat(ftp.serverSays("229 Extended (|2|fd00::1:11|40101|)\r\n")).isEqualTo("229 Extended            (|||40101|)\r\n");
    assertThat(ftp.connects( 40_101)).isEqualTo(40_101);
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "PORT 203,0,113,5,117\r\n", "PORT 203,0,113,5,300,48\r\n", "PORT 203,0,113,5,0,0\r\n", "PORTA 203,0,113,5,117,48\r\n",
      "XPORT 203,0,113,5,117,48\r\n", "EPRT |1|203.0.113.5|30000\r\n", "EPRT |1|203.0.113.5|90000|\r\n", "EPRT \r\n", "PORT\r\n"})
  void shouldExpectNothingOfGarbage(String command) throws MalformedPacketException {
    FtpSession ftp = session();
    assertThat(ftp.clientSays(command)).isEqualTo(command);
    assertThat(ftp.serverConnects(20, 30_000)).isNotEqualTo("10.0.0.100:20");
    assertThat(ftp.serverConnects(20, 0)).isNotEqualTo("10.0.0.100:20");
  }

  @Test
  void shouldNotOpenOtherHostsOrPrivilegedPorts() throws MalformedPacketException {
    FtpSession ftp = session();
    ftp.clientSays("PORT 198,51,100,9,0,25\r\n");
    assertThat(ftp.serverConnects(20, 30_000)).as("a third host is not what is expected").isNotEqualTo("10.0.0.100:20");
    ftp.clientSays("PASV\r\n");
    assertThat(ftp.serverSays("227 Passive Mode (10,0,1,11,0,22)\r\n")).isEqualTo("425 Passive Mode (10,0,1,11,0,22)\r\n");
    assertThat(ftp.connects( 22)).isZero();
  }

  @Test
  void shouldTakeAnswersOnlyWhereALineBeginsAndOnesThatWereAskedFor() throws MalformedPacketException {
    FtpSession ftp = session();
    String line = "227 Passive Mode (10,0,1,11,156,70)\r\n";
    assertThat(ftp.serverSays(line)).as("not asked for").isEqualTo(line);
    ftp.clientSays("PASV\r\n");
    assertThat(ftp.serverSays("230-you said: ")).isEqualTo("230-you said: ");
    assertThat(ftp.serverSays(line)).as("in the middle of a line").isEqualTo(line);
    assertThat(ftp.connects( 40_006)).isZero();
    assertThat(ftp.serverSays("227-more\r\n227 Passive Mode (10,0,1,1,156,70)\r\n"))
        .isEqualTo("227-more\r\n227 Passive Mo (10,0,0,100,156,70)\r\n");
    assertThat(ftp.connects( 40_006)).isEqualTo(40_006);
  }

  @Test
  void shouldHoldHalfAnAnswerUntilItComesWhole() throws MalformedPacketException {
    FtpSession ftp = session();
    ftp.clientSays("PASV\r\n");
    assertThat(ftp.serverSays("227 Passive Mode (10,0,1,1")).isEqualTo(NOTHING);
    assertThat(ftp.serverRepeats(-26, "1,156,71)\r\n")).as("what comes behind the gap").isEqualTo(NOTHING);
    assertThat(ftp.serverSays("227 Passive Mode (10,0,1,11,156,71)\r\n")).isEqualTo("227 Passive Mod (10,0,0,100,156,71)\r\n");
    assertThat(ftp.connects( 40_007)).isEqualTo(40_007);
  }

  @Test
  void shouldSayTheSameWhenTheServerRepeatsItCutAnywhere() throws MalformedPacketException {
    FtpSession ftp = session();
    ftp.clientSays("PASV\r\n");
    String said = "227 Passive Mode (10,0,1,11,156,72)\r\n";
    String heard = ftp.serverSays(said);
    assertThat(heard).isEqualTo("227 Passive Mod (10,0,0,100,156,72)\r\n");
    for (int from = 0; from < said.length(); from++) {
      for (int to = from + 1; to <= said.length(); to += 5) {
        assertThat(ftp.serverRepeats(said.length() - from, said.substring(from, to))).isEqualTo(heard.substring(from, to));
      }
    }
  }

  @Test
  void shouldExpectOneDataConnectionOfEachSession() throws MalformedPacketException {
    FtpSession ftp = session();
    int before = servers.tables().connections("half_open").entries().size();
    for (int n = 0; n < 300; n++) {
      ftp.clientSays("PASV\r\n");
      ftp.serverSays("227 Passive Mode (10,0,1,11,160," + n % 256 + ")\r\n");
    }
    assertThat(servers.tables().connections("half_open").entries()).hasSize(before + 1);
    assertThat(servers.tables().connections("half_open").entries().values()).anyMatch(conn -> conn.state() == State.LISTEN);
    assertThat(ftp.connects( 160 * 256 + 1)).as("an earlier one").isZero();
    assertThat(ftp.connects( 160 * 256 + 299 % 256)).isEqualTo(160 * 256 + 299 % 256);
  }
}
