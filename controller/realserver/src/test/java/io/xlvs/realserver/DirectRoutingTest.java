// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The VIP on lo: reachable, and silent when the link asks for it. */
class DirectRoutingTest {
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

  private void up() {
    bed.succeed("up", "--method", "dr", "--interface", "eth0", "--vip", TestBed.VIP_IPV4 + "," + TestBed.VIP_IPV6);
  }

  /** Whether the server answers ARP or neighbour discovery for an address, asked by the client's kernel. */
  private boolean answersFor(String address) {
    boolean ipv6 = address.contains(":");
    String length = ipv6 ? "/128" : "/32";
    TestBed.ip("-n", bed.client(), "route", "replace", address + length, "dev", "eth0");
    TestBed.ip("-n", bed.client(), "neighbour", "flush", "dev", "eth0");
    TestBed.run(List.of("nsenter", "--net=/run/netns/" + bed.client(), "ping", "-c", "1", "-W", "2", address));
    return TestBed.ip("-n", bed.client(), "neighbour", "show", "dev", "eth0", "to", address).stream()
        .anyMatch(line -> line.contains("lladdr"));
  }

  @Test
  void theServerIsSilentForTheVipAndAnswersForItsOwnAddress() {
    TestBed.ip("-n", bed.server(), "address", "add", TestBed.VIP_IPV4 + "/32", "dev", "lo");
    assertThat(answersFor(TestBed.VIP_IPV4)).as("without suppression").isTrue();
    TestBed.ip("-n", bed.server(), "address", "delete", TestBed.VIP_IPV4 + "/32", "dev", "lo");

    up();

    assertThat(answersFor(TestBed.VIP_IPV4)).isFalse();
    assertThat(answersFor(TestBed.VIP_IPV6)).isFalse();
    assertThat(answersFor(TestBed.SERVER_IPV4)).isTrue();
    assertThat(answersFor(TestBed.SERVER_IPV6)).isTrue();
  }

  @Test
  void neighbourDiscoveryIsAnsweredWhenTheVipIsOnTheInterfaceWhichUpRefuses() {
    TestBed.ip("-n", bed.server(), "address", "add", TestBed.VIP_IPV6 + "/128", "dev", "eth0", "nodad");
    assertThat(answersFor(TestBed.VIP_IPV6)).isTrue();

    TestBed.Run run = bed.realserver("up", "--method", "dr", "--interface", "eth0", "--vip", TestBed.VIP_IPV6);

    assertThat(run.exitStatus()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            "xlvs-realserver: --vip: '" + TestBed.VIP_IPV6 + "' is an address of interface eth0, which would answer for it on the wire: "
                + "remove it there with 'ip address delete " + TestBed.VIP_IPV6 + "/128 dev eth0'\n");
  }

  @Test
  void packetsForTheVipAreReceivedDespiteStrictReversePathFilter() throws IOException {
    String strict = "echo 1 > /proc/sys/net/ipv4/conf/all/rp_filter";
    TestBed.run(List.of("nsenter", "--net=/run/netns/" + bed.server(), "sh", "-c", strict));
    // Replies to the client lead elsewhere: back to it they come over a second link.
    TestBed.ip("-n", bed.client(), "link", "add", "eth1", "type", "veth", "peer", "name", "eth1", "netns", bed.server());
    TestBed.ip("-n", bed.client(), "address", "add", "10.8.0.1/24", "dev", "eth1");
    TestBed.ip("-n", bed.server(), "address", "add", "10.8.0.2/24", "dev", "eth1");
    TestBed.ip("-n", bed.client(), "link", "set", "eth1", "up");
    TestBed.ip("-n", bed.server(), "link", "set", "eth1", "up");
    TestBed.ip("-n", bed.client(), "address", "add", "192.0.2.1/32", "dev", "lo");
    TestBed.ip("-n", bed.client(), "route", "replace", TestBed.VIP_IPV4, "via", TestBed.SERVER_IPV4, "src", "192.0.2.1");
    TestBed.ip("-n", bed.server(), "route", "add", "192.0.2.1", "via", "10.8.0.1");
    bed.startServer(TestBed.java(EchoServer.class, "" + PORT));
    up();

    TestClient.Answer answer = TestClient.send(bed.client(), TestBed.VIP_IPV4, PORT, 1000);

    assertThat(answer.seen()).isEqualTo("192.0.2.1 " + answer.own());
    assertThat(bed.succeed("check")).contains("ok       rp_filter of eth0 is 2");
  }

  @Test
  void downRestoresTheHostAndCheckFollows() {
    String before = bed.snapshot();
    assertThat(bed.realserver("check").out()).startsWith("MISSING  instance server");
    up();
    assertThat(bed.succeed("check").lines()).allMatch(line -> line.startsWith("ok "));
    TestBed.ip("-n", bed.server(), "address", "delete", TestBed.VIP_IPV4 + "/32", "dev", "lo");
    TestBed.Run check = bed.realserver("check");
    assertThat(check.exitStatus()).isEqualTo(1);
    assertThat(check.out()).contains("MISSING  VIP " + TestBed.VIP_IPV4 + "/32 on lo: run 'up' again");
    up();
    assertThat(bed.succeed("check")).doesNotContain("MISSING");
    bed.succeed("down");
    assertThat(bed.snapshot()).isEqualTo(before);
  }

  @Test
  void wrongInputIsOneLineAndChangesNothing() {
    String before = bed.snapshot();

    TestBed.Run run = bed.realserver("up", "--method", "dr", "--interface", "eth9", "--vip", TestBed.VIP_IPV4);

    assertThat(run.exitStatus()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo("xlvs-realserver: --interface: 'eth9' does not exist here: write an interface that 'ip link' lists\n");
    assertThat(run.out()).isEmpty();
    assertThat(bed.snapshot()).isEqualTo(before);
  }
}
