// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Flags;
import io.xlvs.bpf.Method;
import io.xlvs.bpf.ServiceFlag;
import io.xlvs.loader.TestRunOptions;
import io.xlvs.loader.TestRunResult;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** xlvs_egress: what the director itself sends to a VIP is refused by name; everything else leaves as it is. */
class EgressTest {
  private static final int OK = 0;
  private static final int SHOT = 2;
  /** In struct __sk_buff: where the packet came in, 0 for the director's own; where it goes out. */
  private static final int INGRESS_IFINDEX = 36;

  private static final int IFINDEX = 40;
  private static final InetAddress OWN = Bytes.address("172.16.0.1");
  private static final InetAddress OWN6 = Bytes.address("2001:db8:f0::1");

  private ThreeServers servers;

  @BeforeEach
  void load() {
    servers = new ThreeServers(Method.NAT, Protocol.TCP, 80);
  }

  @AfterEach
  void unload() {
    servers.close();
  }

  private TestRunResult leave(byte[] frame, int ingress) {
    ByteBuffer context = ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());
    context.putInt(INGRESS_IFINDEX, ingress).putInt(IFINDEX, servers.lab().uplink);
    return servers.bench().plane().collection().program("xlvs_egress")
        .testRun(TestRunOptions.packet(frame).withContext(context.array()));
  }

  private void assertRefused(byte[] frame) {
    long[] before = servers.bench().plane().reasons();
    assertThat(leave(frame, 0).returnValue()).isEqualTo(SHOT);
    assertThat(servers.bench().counted(before)).isEqualTo(", counted: LOCAL_CLIENT");
  }

  private void assertLeaves(String what, byte[] frame, int ingress) {
    long[] before = servers.bench().plane().reasons();
    TestRunResult result = leave(frame, ingress);
    assertThat(result.returnValue()).as(what).isEqualTo(OK);
    assertThat(result.out()).as(what).isEqualTo(frame);
    assertThat(servers.bench().counted(before)).as(what).isEqualTo(", no reason counted");
    assertThat(servers.tables().connections("half_open").entries()).as(what).isEmpty();
  }

  private static byte[] frame(Ip ip) {
    return new Ether(Lab.GATEWAY_MAC, Lab.UPLINK_MAC).wrap(ip);
  }

  private static Ip own(boolean v4, Layer layer) {
    return v4 ? new Ip(OWN, ThreeServers.VIP, layer) : new Ip(OWN6, ThreeServers.VIP6, layer);
  }

  @Test
  void shouldRefuseTheDirectorsOwnRequestsByName() {
    for (boolean v4 : new boolean[] {true, false}) {
      assertRefused(frame(own(v4, new Tcp(40_000, 80, Tcp.SYN))));
      assertRefused(frame(own(v4, new Tcp(40_000, 80, Tcp.ACK).payload(Talk.DATA))));
      byte[] big = own(v4, new Tcp(40_000, 80, Tcp.ACK).payload(new byte[2000])).encode();
      List<byte[]> pieces = Ip.fragments(big, 1000, 5);
      assertRefused(new Ether(Lab.GATEWAY_MAC, Lab.UPLINK_MAC).wrap(pieces.get(0)));
      assertLeaves("later fragment", new Ether(Lab.GATEWAY_MAC, Lab.UPLINK_MAC).wrap(pieces.get(1)), 0);
    }
  }

  @Test
  void shouldRefuseThemToEveryPortOfAServiceOnEveryPort() {
    servers.close();
    servers = new ThreeServers(Protocol.UDP, 0);
    servers.tables().service(0, "flags", Flags.of(ServiceFlag.IN_USE) | Flags.of(ServiceFlag.ANY_PORT));
    for (int port : new int[] {1, 53, 65_535}) {
      assertRefused(frame(own(true, new Udp(40_000, port, Talk.DATA, true))));
    }
    List<byte[]> pieces = Ip.fragments(own(true, new Udp(40_000, 53, new byte[2000], true)).encode(), 1000, 5);
    assertRefused(new Ether(Lab.GATEWAY_MAC, Lab.UPLINK_MAC).wrap(pieces.get(0)));
    assertLeaves("later fragment", new Ether(Lab.GATEWAY_MAC, Lab.UPLINK_MAC).wrap(pieces.get(1)), 0);
  }

  /** What was balanced by DR still has the VIP as its destination when it leaves. */
  @Test
  void shouldLetForwardedPacketsLeave() {
    for (boolean v4 : new boolean[] {true, false}) {
      Ip request = own(v4, new Tcp(40_000, 80, Tcp.SYN));
      assertLeaves("forwarded", frame(request), servers.lab().inside);
      assertLeaves("back where it came from", frame(request), servers.lab().uplink);
    }
  }

  @Test
  void shouldLetEverythingElseLeave() {
    for (boolean v4 : new boolean[] {true, false}) {
      InetAddress vip = v4 ? ThreeServers.VIP : ThreeServers.VIP6;
      InetAddress host = v4 ? OWN : OWN6;
      InetAddress server = Bytes.address(v4 ? "10.0.1.11" : "fd00::1:11");
      assertLeaves("another port", frame(own(v4, new Tcp(40_000, 81, Tcp.SYN))), 0);
      assertLeaves("another protocol", frame(own(v4, new Udp(40_000, 80, Talk.DATA, true))), 0);
      assertLeaves("ping", frame(own(v4, Icmp.echoRequest(v4 ? 4 : 6, 1, 1, Talk.DATA))), 0);
      assertLeaves("health check", frame(new Ip(host, server, new Tcp(40_000, 80, Tcp.SYN))), 0);
      assertLeaves("from the VIP", frame(new Ip(vip, host, new Tcp(80, 40_000, Tcp.ACK))), 0);
      assertLeaves("from a server's address", frame(new Ip(server, host, new Tcp(80, 40_000, Tcp.ACK))), 0);
      byte[] wrong = own(v4, new Tcp(40_000, 80, Tcp.SYN)).encode();
      Bytes.put16(wrong, v4 ? 2 : 4, 10_000);
      assertLeaves("longer than it is", new Ether(Lab.GATEWAY_MAC, Lab.UPLINK_MAC).wrap(wrong), 0);
    }
    byte[] arp = new byte[60];
    Bytes.put16(arp, 12, 0x0806);
    assertLeaves("ARP", arp, 0);
  }

  @Test
  void shouldChangeNothingWhateverLeaves() {
    long seed = Seeds.of("xlvs.seed");
    Random random = new Random(seed);
    Mutator mutator = new Mutator(random);
    Seeds.attempt(seed, () -> {
      for (int n = 0; n < 20_000; n++) {
        boolean v4 = random.nextBoolean();
        byte[] damaged = mutator.mutate(frame(own(v4, new Tcp(40_000, 80, Tcp.SYN).payload(Talk.DATA))));
        if (!Hook.TC.runs(damaged)) {
          continue;
        }
        TestRunResult result = leave(damaged, random.nextInt(4) == 0 ? servers.lab().inside : 0);
        assertThat(result.returnValue()).isIn(OK, SHOT);
        assertThat(result.out()).isEqualTo(damaged);
      }
      assertThat(servers.tables().connections("half_open").entries()).isEmpty();
    });
  }
}
