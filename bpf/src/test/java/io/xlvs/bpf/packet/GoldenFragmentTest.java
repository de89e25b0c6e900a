// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Method;
import io.xlvs.loader.TestRunResult;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Fragments of IPv6 with extension headers, byte by byte, for people to check with RFC 8200 at hand: a datagram from
 * [2001:db8:c::5]:5700 to [2001:db8:100::200]:53, which NAT sends to [fd00::2:1]:5353.
 */
class GoldenFragmentTest {
  private static final InetAddress VIP = Bytes.address("2001:db8:100::200");
  private static final InetAddress RIP = Bytes.address("fd00::2:1");

  private static final String CLIENT_TO_VIP = "20010db8000c00000000000000000005 20010db8010000000000000000000200 ";
  private static final String CLIENT_TO_RIP = "20010db8000c00000000000000000005 fd000000000000000000000000020001 ";
  private static final String HOP_BY_HOP_THEN_OPTIONS = "3c 00 0104 00000000 ";
  private static final String OPTIONS_THEN_ROUTING = "2b 00 0104 00000000 ";
  /** Type 2, no segment left: it has arrived. */
  private static final String ROUTING_THEN_FRAGMENT = "2c 02 0200 00000000 20010db8000700000000000000000009 ";

  private static final String DATA = "0001020304050607 ";
  private static final String MORE_DATA = "08090a0b0c0d0e0f ";

  private static final String LINK_IN = "020000000101 0200000001fe 86dd ";
  private static final String LINK_OUT = "020000000201 020000000102 86dd ";

  private interface Test {
    void run(Lab lab, Bench bench);
  }

  private static void with(Hook hook, Test test) {
    try (Lab lab = new Lab()) {
      World.Hop hop = new World.Hop(Bytes.unhex("020000000201"), Lab.INSIDE_MAC, lab.inside, 1500, 0, true);
      World.RealServer server = World.RealServer.of(0, RIP, 5353, Method.NAT, hop);
      World.VirtualService service = new World.VirtualService(0, VIP, 53, Protocol.UDP, List.of(server), List.of());
      World world = new World(List.of(service), lab.clientRoutes(), Worlds.PORT_FIRST, Worlds.PORT_LAST);
      try (Bench bench = new Bench(world, lab, hook)) {
        test.run(lab, bench);
      }
    }
  }

  private static void assertBecomes(Bench bench, Lab lab, String in, String out) {
    byte[] sent = Bytes.unhex(LINK_IN + in);
    byte[] came = bench.check("golden", sent, lab.uplink);
    assertThat(Bytes.hex(came)).isEqualTo((LINK_OUT + out).replace(" ", ""));
  }

  /** Everything but addresses, port, checksum and hop limit stays, the chain included. */
  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldTranslateFragmentsBehindOptionsAndRouting(Hook hook) {
    String chain = HOP_BY_HOP_THEN_OPTIONS + OPTIONS_THEN_ROUTING + ROUTING_THEN_FRAGMENT;
    String first = "11 00 0001 deadbeef ";
    String last = "11 00 0010 deadbeef ";
    with(hook, (lab, bench) -> {
      assertBecomes(bench, lab,
          "60000000 0040 00 40 " + CLIENT_TO_VIP + chain + first + "1644 0035 0018 5282 " + DATA,
          "60000000 0040 00 3f " + CLIENT_TO_RIP + chain + first + "1644 14e9 0018 7183 " + DATA);
      assertBecomes(bench, lab,
          "60000000 0038 00 40 " + CLIENT_TO_VIP + chain + last + MORE_DATA,
          "60000000 0038 00 3f " + CLIENT_TO_RIP + chain + last + MORE_DATA);
    });
  }

  /** Options in the part that is cut: all fragments name them as what follows, and only the first has UDP's header. */
  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldTranslateFragmentsOfOptions(Hook hook) {
    String first = "3c 00 0001 0badcafe ";
    String last = "3c 00 0018 0badcafe ";
    String options = "11 00 0104 00000000 ";
    with(hook, (lab, bench) -> {
      assertBecomes(bench, lab,
          "60000000 0020 2c 40 " + CLIENT_TO_VIP + first + options + "1644 0035 0018 5282 " + DATA,
          "60000000 0020 2c 3f " + CLIENT_TO_RIP + first + options + "1644 14e9 0018 7183 " + DATA);
      assertBecomes(bench, lab,
          "60000000 0010 2c 40 " + CLIENT_TO_VIP + last + MORE_DATA,
          "60000000 0010 2c 3f " + CLIENT_TO_RIP + last + MORE_DATA);
    });
  }

  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldNameWhatItDoesNotForward(Hook hook) {
    with(hook, (lab, bench) -> {
      assertVerdict(bench, lab, "its first fragment is missing", Expectation.Verdict.DROP, "ORPHAN_FRAGMENT",
          "60000000 0010 2c 40 " + CLIENT_TO_VIP + "11 00 0010 00000001 " + MORE_DATA);
      assertVerdict(bench, lab, "its first fragment is missing", Expectation.Verdict.DROP, "ORPHAN_FRAGMENT",
          "60000000 0010 2c 40 " + CLIENT_TO_VIP + "3c 00 0010 00000001 " + MORE_DATA);
      assertVerdict(bench, lab, "UDP's header is cut", Expectation.Verdict.PASS, "BAD_LENGTH",
          "60000000 000c 2c 40 " + CLIENT_TO_VIP + "11 00 0001 00000002 1644 0035");
      assertVerdict(bench, lab, "the options are longer than the packet", Expectation.Verdict.PASS, "BAD_LENGTH",
          "60000000 0010 3c 40 " + CLIENT_TO_VIP + "11 04 0104 00000000 1644 0035 0008 0000");
      assertVerdict(bench, lab, "the chain is too long", Expectation.Verdict.PASS, "TOO_MANY_HEADERS",
          "60000000 0058 3c 40 " + CLIENT_TO_VIP + "3c 00 0104 00000000 ".repeat(9) + "11 00 0104 00000000 1644 0035 0008 0000");
      assertVerdict(bench, lab, "it is to be sent on", Expectation.Verdict.PASS, null,
          "60000000 0020 2b 40 " + CLIENT_TO_VIP + "11 02 0201 00000000 20010db8000700000000000000000009 1644 0035 0008 0000");
      assertVerdict(bench, lab, "authentication header", Expectation.Verdict.PASS, "UNKNOWN_PROTOCOL",
          "60000000 0018 33 40 " + CLIENT_TO_VIP + "11 02 0000 00000001 00000001 00000000 1644 0035 0008 0000");
    });
  }

  private static void assertVerdict(
      Bench bench, Lab lab, String what, Expectation.Verdict verdict, String reason, String in) {
    byte[] frame = Bytes.unhex(LINK_IN + in);
    long[] before = bench.plane().reasons();
    TestRunResult result = bench.run(frame, lab.uplink);
    String counted = bench.counted(before);
    assertThat(bench.verdict(result)).as(what + counted).isEqualTo(verdict);
    assertThat(counted).as(what).isEqualTo(reason == null ? ", no reason counted" : ", counted: " + reason);
    if (verdict == Expectation.Verdict.PASS) {
      assertThat(result.out()).as(what).isEqualTo(frame);
    }
  }
}
