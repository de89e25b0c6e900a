// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xlvs.loader.CollectionSpec;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the tunnel's end refuses, announces, repairs and restores. */
class TunnelTest {
  private static final int PORT = 7000;

  private TestBed bed;

  @BeforeEach
  void layOut() throws IOException {
    bed = new TestBed();
  }

  @AfterEach
  void clear() throws IOException {
    bed.close();
  }

  private void up(String director) {
    bed.succeed(
        "up", "--method", "tun", "--interface", "eth0", "--director", director, "--vip", TestBed.VIP_IPV4 + "," + TestBed.VIP_IPV6);
  }

  private void tunnel() {
    bed.direct(Tunnels.spec(Tunnel.IPIP, false), "test_encapsulate");
  }

  private void serve() throws IOException {
    bed.startServer(TestBed.java(EchoServer.class, "" + PORT));
  }

  @Test
  void aTunnelFromAnotherAddressIsNotBelieved() throws IOException {
    up("10.9.0.77");
    tunnel();
    serve();

    assertThatThrownBy(() -> TestClient.send(bed.client(), TestBed.VIP_IPV4, PORT, 1, 1500)).isInstanceOf(SocketTimeoutException.class);
    assertThat(bed.succeed("check")).containsPattern("note +[1-9] " + Count.WRONG_DIRECTOR.meaning());
  }

  @Test
  void aTunnelForAnotherAddressThanTheVipIsNotOpened() throws IOException {
    bed.succeed(
        "up", "--method", "tun", "--interface", "eth0", "--director", TestBed.CLIENT_IPV4, "--vip", "10.9.1.101");
    TestBed.ip("-n", bed.server(), "address", "add", TestBed.VIP_IPV4 + "/32", "dev", "lo");
    tunnel();
    serve();

    assertThatThrownBy(() -> TestClient.send(bed.client(), TestBed.VIP_IPV4, PORT, 1, 1500)).isInstanceOf(SocketTimeoutException.class);
    assertThat(bed.succeed("check")).containsPattern("note +[1-9] " + Count.NOT_VIP.meaning());
  }

  @Test
  void theServerAnnouncesAnMssThatFitsTheTunnel() throws IOException {
    bed.succeed(
        "up", "--method", "tun", "--interface", "eth0", "--director", TestBed.CLIENT_IPV4, "--vip", TestBed.VIP_IPV4,
        "--tun-type", "ipip");
    tunnel();
    serve();
    // Without the timestamps, for which the kernel deducts 12 bytes, a connection's MSS is the one that its peer announced.
    String script = "use strict; use Socket qw(:DEFAULT IPPROTO_TCP TCP_MAXSEG); socket(my $s, PF_INET, SOCK_STREAM, 0) or die $!;"
        + "connect($s, pack_sockaddr_in(" + PORT + ", inet_aton('" + TestBed.VIP_IPV4 + "'))) or die $!;"
        + "print unpack('i', getsockopt($s, IPPROTO_TCP, TCP_MAXSEG));";

    TestBed.Run client = TestBed.run(
        List.of("nsenter", "--net=/run/netns/" + bed.client(), "sh", "-c",
            "echo 0 > /proc/sys/net/ipv4/tcp_timestamps && exec perl -e \"$0\"", script));

    assertThat(client.out()).as(client.err()).isEqualTo("1440");
  }

  @Test
  void downRestoresTheHostAndUpAfterItWorksAgain() {
    String before = bed.snapshot();
    up(TestBed.CLIENT_IPV4);
    assertThat(bed.snapshot()).isNotEqualTo(before);
    up(TestBed.CLIENT_IPV4);
    bed.succeed("down");
    assertThat(bed.snapshot()).isEqualTo(before);
    assertThat(bed.succeed("down")).contains("was not up");
    up(TestBed.CLIENT_IPV4);
    bed.succeed("down");
    assertThat(bed.snapshot()).isEqualTo(before);
  }

  @Test
  void checkNamesAFilterThatWasRemovedAndUpPutsItBack() {
    up(TestBed.CLIENT_IPV4);
    Commands.lines("ip", "netns", "exec", bed.server(), "tc", "qdisc", "del", "dev", "eth0", "clsact");

    TestBed.Run check = bed.realserver("check");

    assertThat(check.exitStatus()).isEqualTo(1);
    assertThat(check.out()).contains("MISSING  xlvs_decapsulate on ingress of eth0: run 'up' again");
    up(TestBed.CLIENT_IPV4);
    bed.succeed("check");
  }

  @Test
  void checkNamesAnMssThatNoLongerFitsTheMtuAndUpLowersIt() {
    up(TestBed.CLIENT_IPV4);
    assertThat(bed.succeed("check")).contains("ok       MSS announced (IPv4) at most 1428", "ok       MSS announced (IPv6) at most 1408");
    TestBed.ip("-n", bed.server(), "link", "set", "eth0", "mtu", "1400");

    TestBed.Run check = bed.realserver("check");

    assertThat(check.exitStatus()).isEqualTo(1);
    assertThat(check.out()).contains("WRONG    MSS announced (IPv4) at most 1328: it is 1428");
    up(TestBed.CLIENT_IPV4);
    bed.succeed("check");
  }

  @Test
  void aNamespaceWhoseMountsEndWithTheProcessIsRefused() throws IOException {
    String before = bed.snapshot();
    List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", bed.server()));
    command.addAll(
        TestBed.java(
            Main.class, "up", "--method", "tun", "--interface", "eth0", "--director", TestBed.CLIENT_IPV4, "--vip", TestBed.VIP_IPV4,
            "--run-dir", bed.runDirectory().toString()));

    TestBed.Run run = TestBed.run(command);

    assertThat(run.exitStatus()).isEqualTo(1);
    assertThat(run.err()).contains("instead of 'ip netns exec NAME' use 'nsenter --net=/run/netns/NAME'");
    assertThat(bed.snapshot()).isEqualTo(before);
  }

  @Test
  void aTunnelThatThisHostForwardsIsNotOpenedHere() throws IOException {
    up(TestBed.CLIENT_IPV4);
    TestBed.run(List.of("nsenter", "--net=/run/netns/" + bed.server(), "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"));
    TestBed.ip("-n", bed.server(), "route", "add", "10.9.5.5", "via", TestBed.CLIENT_IPV4);
    CollectionSpec spec = Tunnels.spec(Tunnel.IPIP, false);
    spec.variable("outer_destination").initial().put(Literals.address("elsewhere", "10.9.5.5").getAddress());
    bed.direct(spec, "test_encapsulate");
    serve();

    assertThatThrownBy(() -> TestClient.send(bed.client(), TestBed.VIP_IPV4, PORT, 1, 1500)).isInstanceOf(SocketTimeoutException.class);
    assertThat(bed.succeed("check")).doesNotContain("note");
  }
}
