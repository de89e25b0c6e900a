// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.v1.Difference;
import io.xlvs.v1.Element;
import io.xlvs.v1.ForwardingMethod;
import io.xlvs.v1.LocalAddress;
import io.xlvs.v1.Plan;
import io.xlvs.v1.RealServer;
import io.xlvs.v1.SlotMovement;
import io.xlvs.v1.Timeouts;
import io.xlvs.v1.VirtualService;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** --dry-run in both grammars. */
class DryRunTest extends AgainstFakeServer {
  private static final String SERVICE = "services/tcp:10.0.0.1:80";

  @BeforeEach
  void fill() {
    for (String line : new String[] {"-A -t 10.0.0.1:80 -s mh", "-a -t 10.0.0.1:80 -r 10.1.0.1 -b", "-P -t 10.0.0.1:80 -z 10.1.1.1"}) {
      assertThat(lbctl.run(line).status()).isZero();
    }
  }

  private static Element server(int weight) {
    return Element.newBuilder()
        .setRealServer(RealServer.newBuilder().setMethod(ForwardingMethod.FORWARDING_METHOD_NAT).setWeight(weight)).build();
  }

  @ParameterizedTest
  @ValueSource(strings = {
    "-A -u 10.0.0.1:80 --dry-run", "-E -t 10.0.0.1:80 --dry-run", "-D -t 10.0.0.1:80 --dry-run", "-C --dry-run",
    "-a -t 10.0.0.1:80 -r 10.1.0.2 --dry-run", "-e -t 10.0.0.1:80 -r 10.1.0.1 -w 0 --dry-run", "-d -t 10.0.0.1:80 -r 10.1.0.1 --dry-run",
    "-P -t 10.0.0.1:80 -z 10.1.1.2 --dry-run", "-Q -t 10.0.0.1:80 -z 10.1.1.1 --dry-run", "--set 1 2 3 --dry-run",
    "--set-mark 1 --to 10.0.0.9 --dry-run", "service set tcp:10.0.0.1:80 --scheduler rr --dry-run",
    "server set tcp:10.0.0.1:80 10.1.0.1 --weight 0 --dry-run", "mark add 1 --to 10.0.0.9,10.0.0.8 --dry-run"})
  void printsThePlanAndChangesNothing(String line) {
    server.plan = Plan.newBuilder()
        .addDifferences(Difference.newBuilder().setName(SERVICE + "/servers/10.1.0.1:8080").setBefore(server(1)).setAfter(server(0)))
        .build();
    String before = lbctl.run("-S -n").out();
    Lbctl.Result dry = lbctl.run(line);
    assertThat(dry.status()).as(dry.err()).isZero();
    assertThat(dry.out()).isEqualTo("- -a -t 10.0.0.1:80 -r 10.1.0.1:8080 -m -w 1\n+ -a -t 10.0.0.1:80 -r 10.1.0.1:8080 -m -w 0\n");
    assertThat(lbctl.run("-S -n").out()).isEqualTo(before);
    assertThat(server.director.timeouts.getTcpSeconds()).isEqualTo(900);
  }

  @Test
  void everyKindOfElementIsALineOfASavedTable() {
    VirtualService service = VirtualService.newBuilder().setScheduler("mh").addSchedulerFlags("mh-minimal").build();
    server.plan = Plan.newBuilder()
        .addDifferences(Difference.newBuilder().setName("services/udp:[fd00::1]:53").setAfter(Element.newBuilder().setVirtualService(service)))
        .addDifferences(Difference.newBuilder().setName("services/fwm6:7/localAddresses/10.1.1.1")
            .setBefore(Element.newBuilder().setLocalAddress(LocalAddress.newBuilder().setAddress("10.1.1.1"))))
        .addDifferences(Difference.newBuilder().setName("timeouts")
            .setAfter(Element.newBuilder().setTimeouts(Timeouts.newBuilder().setTcpSeconds(1).setTcpFinSeconds(2).setUdpSeconds(3))))
        .setOmitted(7)
        .addSlotMovements(SlotMovement.newBuilder()
            .setService(SERVICE).setSlots(4093).setMovedSlots(500).setLeastSlots(409).setRefusedSlots(1))
        .addSlotMovements(SlotMovement.newBuilder().setService("services/fwm4:7").setSlots(65537).setMovedSlots(328).setLeastSlots(328))
        .build();
    assertThat(lbctl.run("", "-C", "--dry-run").out()).isEqualTo("""
        + -A -u [fd00::1]:53 -s mh -b mh-minimal
        - -P -f 7 -6 -z 10.1.1.1
        + --set 1 2 3
        # and 7 more
        # -t 10.0.0.1:80: 12.2% (500 of 4093 slots) of its new connections get another server, 10.0% (409 of 4093 slots) would be the \
        least; 0.02% (1 of 4093 slots) find no server
        # -f 7: 0.50% (328 of 65537 slots) of its new connections get another server, as few as can be
        """);
  }

  @Test
  void aWholeRestoreIsChecked() {
    Lbctl.Result dry = lbctl.run("-C\n-A -t 10.0.0.9:80\n", "-R", "--dry-run");
    assertThat(dry.status()).as(dry.err()).isZero();
    assertThat(dry.out()).isEqualTo("# nothing would change\n");
    assertThat(lbctl.run("-S -n").out()).contains("-A -t 10.0.0.1:80").doesNotContain("10.0.0.9");
    assertThat(lbctl.run("-D -t 10.0.0.9:80\n", "-R", "--dry-run").err()).contains("line 1 (-D -t 10.0.0.9:80)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-A -t 10.0.0.1:80", "-a -t 10.0.0.7:80 -r 10.1.0.1", "-d -t 10.0.0.1:80 -r 10.1.0.9", "-A -t 10.0.0.2:80 -s none"})
  void isRefusedInTheWordsOfTheChangeItself(String line) {
    Lbctl.Result refused = lbctl.run(line);
    Lbctl.Result dry = lbctl.run(line + " --dry-run");
    assertThat(refused.status()).isEqualTo(255);
    assertThat(dry).isEqualTo(refused);
  }

  @Test
  void isNoOptionOfWhatChangesNothing() {
    Lbctl.Result refused = lbctl.run("-L --dry-run");
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("Illegal 'dry-run' option with the 'list' command");
  }

  @Test
  void verbsGiveThePlanToPrograms() {
    server.plan = Plan.newBuilder().addSlotMovements(SlotMovement.newBuilder().setService(SERVICE).setSlots(4093)).build();
    Lbctl.Result dry = lbctl.run("server set tcp:10.0.0.1:80 10.1.0.1 --weight 0 --dry-run -o json");
    assertThat(dry.out()).contains("\"slotMovements\"", "\"slots\": 4093");
  }
}
