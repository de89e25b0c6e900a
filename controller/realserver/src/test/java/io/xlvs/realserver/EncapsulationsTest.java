// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real TCP through every kind of tunnel into a server that has no tunnel device. */
class EncapsulationsTest {
  private static final int PORT = 7000;
  private static final int MEGABYTE = 1 << 20;

  private static TestBed bed;

  @BeforeAll
  static void layOut() throws IOException {
    bed = new TestBed();
    bed.succeed(
        "up", "--method", "tun", "--interface", "eth0", "--director", TestBed.CLIENT_IPV4 + "," + TestBed.CLIENT_IPV6,
        "--vip", TestBed.VIP_IPV4 + "," + TestBed.VIP_IPV6);
    bed.startServer(TestBed.java(EchoServer.class, "" + PORT));
  }

  @AfterAll
  static void clear() throws IOException {
    bed.close();
  }

  private static long count(Count count) {
    return Programs.counts(new BpfMount(bed.runDirectory()).pins(bed.instance())).get(count);
  }

  @ParameterizedTest(name = "{0}, over IPv6: {1}, client IPv6: {2}")
  @CsvSource({
    "IPIP,false,false", "IPIP,false,true", "IPIP,true,false", "IPIP,true,true",
    "GRE,false,false", "GRE,false,true", "GRE,true,false", "GRE,true,true",
    "GUE,false,false", "GUE,false,true", "GUE,true,false", "GUE,true,true"
  })
  void aConnectionThroughTheTunnelReachesTheServer(Tunnel tunnel, boolean outerIpv6, boolean ipv6) throws IOException {
    bed.direct(Tunnels.spec(tunnel, outerIpv6), "test_encapsulate");
    long packets = count(Count.valueOf(tunnel.name()));
    long lowered = count(Count.MSS_LOWERED);

    TestClient.Answer answer = TestClient.send(bed.client(), ipv6 ? TestBed.VIP_IPV6 : TestBed.VIP_IPV4, PORT, MEGABYTE);

    assertThat(answer.bytes()).isEqualTo(MEGABYTE);
    assertThat(answer.seen()).isEqualTo((ipv6 ? TestBed.CLIENT_IPV6 : TestBed.CLIENT_IPV4) + " " + answer.own());
    assertThat(count(Count.valueOf(tunnel.name()))).isGreaterThan(packets + 10);
    assertThat(count(Count.MSS_LOWERED)).isGreaterThan(lowered);
    assertThat(bed.succeed("check")).doesNotContain("dropped");
  }
}
