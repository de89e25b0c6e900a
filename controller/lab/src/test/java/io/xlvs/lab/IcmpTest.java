// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Echo requests, and packets too big for the way. */
@Tag("end-to-end")
class IcmpTest {
  private static final int MTU = 1500;
  private static final int UDP_HEADER = 8;
  private static final long DOWNLOAD_BYTES = 20_000_000;

  @RegisterExtension static final LabExtension LAB = new LabExtension(LabOptions.DEFAULT);

  static Stream<Arguments> modesAndFamilies() {
    return ForwardingCases.modesAndFamilies();
  }

  static Stream<Arguments> translatingModesAndFamilies() {
    return Stream.of(Mode.NAT, Mode.FULLNAT).flatMap(mode -> Arrays.stream(Family.values()).map(family -> Arguments.of(mode, family)));
  }

  @ParameterizedTest
  @MethodSource("modesAndFamilies")
  void aVipAnswersPing(Mode mode, Family family) {
    assertThat(ping(mode.vip(family))).contains("3 received");
  }

  @ParameterizedTest
  @EnumSource(Family.class)
  void aVipThatIsNoAddressOfTheHostAnswersPingAsSoonAsItHasAService(Family family) {
    String vip = family.front(120);
    String service = family.withPort(vip, 80);
    String link = LAB.director().namespace().run("ip", "-o", "link", "show", "eth0");
    String mac = link.replaceFirst("(?s).*link/ether ([0-9a-f:]+).*", "$1");
    Namespace client = LAB.lab().topology().client();
    client.run("ip", "neigh", "replace", vip, "lladdr", mac, "dev", "eth0");
    try {
      assertThat(ping(vip, "1")).contains(" 0 received");
      LAB.director().lbctl("-A", "-t", service, "-s", "rr");
      assertThat(ping(vip)).contains("3 received");
    } finally {
      LAB.director().lbctl("-D", "-t", service);
      client.run("ip", "neigh", "del", vip, "dev", "eth0");
    }
  }

  /** Its exit status is no matter: the words say how many were answered. */
  private static String ping(String address) {
    return ping(address, "60");
  }

  private static String ping(String address, String patienceSeconds) {
    return Command.attempt(
        LAB.lab().topology().client().wrap(List.of("ping", "-n", "-c", "3", "-i", "0.05", "-W", patienceSeconds, address)), "", Map.of()).out();
  }

  @ParameterizedTest
  @EnumSource(Family.class)
  void theClientLearnsTheMtuOfTheTunnelAndItsNextDatagramArrives(Family family) throws IOException {
    int header = family == Family.IPV4 ? 20 : 40;
    String vip = Mode.TUN.vip(family);
    byte[] full = new byte[MTU - header - UDP_HEADER];
    Arrays.fill(full, (byte) 'x');

    String answer = LAB.client().call(() -> {
      try (DatagramSocket socket = new DatagramSocket()) {
        socket.setSoTimeout(60_000);
        socket.connect(new InetSocketAddress(vip, Mode.ECHO_PORT));
        DatagramPacket reply = new DatagramPacket(new byte[2 * MTU], 2 * MTU);
        for (int attempt = 0; ; attempt++) {
          try {
            socket.send(new DatagramPacket(full, full.length));
            socket.receive(reply);
            return attempt + " " + reply.getLength();
          } catch (SocketTimeoutException e) {
            throw new IOException("no answer to datagram " + attempt, e);
          } catch (IOException tooBig) {
            assertThat(tooBig).as("datagram " + attempt).hasMessage("Message too long");
            assertThat(attempt).as("attempts").isZero();
          }
        }
      }
    });

    assertThat(answer).startsWith("1 ").doesNotEndWith(" 0");
    assertThat(LAB.lab().topology().client().run("ip", "route", "get", vip)).contains("mtu " + (MTU - header));
  }

  @ParameterizedTest
  @MethodSource("translatingModesAndFamilies")
  void aRealServerLearnsThatTheWayToTheClientIsNarrower(Mode mode, Family family) throws IOException {
    Namespace director = LAB.director().namespace();
    director.run("ip", "link", "set", "eth0", "mtu", "1400");
    try {
      assertThat(Client.result(LAB.client().download(mode.vip(family), Mode.HTTP_PORT, DOWNLOAD_BYTES))).isEqualTo(DOWNLOAD_BYTES);
    } finally {
      director.run("ip", "link", "set", "eth0", "mtu", Integer.toString(MTU));
    }
  }
}
