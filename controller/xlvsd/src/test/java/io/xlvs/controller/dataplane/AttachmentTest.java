// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which interfaces the programs are on, how, and what becomes of that when interfaces come and go. */
class AttachmentTest extends LiveDirector {
  @Test
  void autoTakesTcOnVethSaysWhyAndServesHostsThatLeaveChecksumsToTheirDevice() throws Exception {
    takeDown();
    plane = open(AttachMode.AUTO, bpffs, "eth0", "eth1", "eth2");
    assertThat(plane.status().interfaces()).extracting(DataPlaneStatus.Interface::attachMode).containsOnly("tc");
    assertThat(plane.status().interfaces()).extracting(DataPlaneStatus.Interface::note)
        .allMatch(note -> note.contains("veth") && note.contains("half a checksum") && note.contains("--attach-mode native"));
    List.of(net.client, net.server(1)).forEach(Namespaces::offload);
    serve(1, 80);
    apply(service(HTTP, "rr", server(1, 80)));
    assertThat(ask(connect(), "a")).isEqualTo("1 10.71.0.10 a");
  }

  @ParameterizedTest
  @EnumSource(value = AttachMode.class, names = {"NATIVE", "GENERIC"})
  void xdpOnVethByNameIsDoneWithAWarning(AttachMode mode) throws Exception {
    takeDown();
    plane = open(mode, bpffs, "eth0");
    DataPlaneStatus.Interface eth0 = status("eth0");
    assertThat(eth0.attachMode()).isEqualTo(mode.text());
    assertThat(eth0.note()).contains("half a checksum").contains("ethtool -K DEV tx off").contains("--attach-mode auto");
  }

  @ParameterizedTest
  @EnumSource(value = AttachMode.class, names = {"NATIVE", "TC"})
  void aDeviceThatIsMadeAgainIsAttachedAgain(AttachMode mode) throws Exception {
    takeDown();
    plane = open(mode, bpffs, "eth0", "eth1", "eth2");
    apply(service(HTTP, "rr", server(1, 80)));
    int index = status("eth1").index();
    net.cut(1);
    await(() -> status("eth1").attachMode().equals("none"));
    assertThat(status("eth1").note()).contains("does not exist").contains("when it returns");
    assertThat(status("eth1").index()).isZero();

    net.wireAgain(1, "");
    await(() -> status("eth1").attachMode().equals(mode.text()));
    assertThat(status("eth1").index()).isNotZero().isNotEqualTo(index);
    serve(1, 80);
    assertThat(ask(connect(), "a")).isEqualTo("1 10.71.0.10 a");

    int second = status("eth1").index();
    net.cut(1);
    net.wireAgain(1, " index " + second);
    await(() -> net.inDirector("tc filter show dev eth1 ingress").contains("xlvs_ingress"));
    await(() -> status("eth1").index() == second && status("eth1").attachMode().equals(mode.text()));
    assertThat(ask(connect(), "b")).as("another device of the same name and index").isEqualTo("1 10.71.0.10 b");
  }

  @Test
  void anotherDeviceOfTheSameIndexIsLeftAlone() throws Exception {
    int index = status("eth2").index();
    net.cut(2);
    Namespaces.ip("-n " + net.director + " link add other index " + index + " type veth peer name far netns " + net.server(2));
    await(() -> status("eth2").attachMode().equals("none"));
    assertThat(net.inDirector("ip link show other")).doesNotContain("xdp");
    assertThat(net.inDirector("tc qdisc show dev other")).doesNotContain("clsact");
  }

  @Test
  void aRenamedInterfaceKeepsItsProgramsAndTheStatusSaysSo() throws Exception {
    serve(1, 80);
    apply(service(HTTP, "rr", server(1, 80)));
    Namespaces.ip("-n " + net.director + " link set eth2 down");
    Namespaces.ip("-n " + net.director + " link set eth2 name wan2");
    await(() -> status("eth2").note().contains("is called wan2 now"));
    assertThat(status("eth2").attachMode()).isEqualTo("native");
    assertThat(net.inDirector("ip link show wan2")).contains("xdp");
    Namespaces.ip("-n " + net.director + " link set wan2 name eth2");
    await(() -> !status("eth2").note().contains("wan2"));
    assertThat(status("eth2").attachMode()).isEqualTo("native");
  }

  @Test
  void anInterfaceGivenTwiceUnderTwoNamesIsRefused() throws Exception {
    takeDown();
    Namespaces.ip("-n " + net.director + " link property add dev eth1 altname uplink");
    assertThatThrownBy(() -> open(AttachMode.TC, bpffs, "eth1", "uplink"))
        .isInstanceOf(DataPlaneException.class).hasMessage("interface uplink is given twice, also as eth1: once would be right");
    plane = open(AttachMode.TC, bpffs, "uplink");
    assertThat(net.inDirector("tc filter show dev eth1 ingress")).contains("xlvs_ingress");
  }

  @Test
  void aDeviceWithoutNativeXdpGetsTcWithTheReasonOrIsRefusedAndThenNothingIsLeft() throws Exception {
    takeDown();
    Namespaces.ip("-n " + net.director + " link add br0 type bridge");
    assertThatThrownBy(() -> open(AttachMode.NATIVE, bpffs, "eth0", "br0"))
        .isInstanceOf(DataPlaneException.class).hasMessageContaining("interface br0: XDP cannot be attached")
        .hasMessageContaining("use --attach-mode auto or tc");
    assertThatNothingIsAttached("eth0", "br0");
    assertThat(Files.list(bpffs)).isEmpty();
    plane = open(AttachMode.AUTO, bpffs, "br0");
    assertThat(status("br0").attachMode()).isEqualTo("tc");
    assertThat(status("br0").note()).startsWith("a bridge has no native XDP");
  }

  @ParameterizedTest
  @EnumSource(value = AttachMode.class, names = {"NATIVE", "TC"})
  void aSecondXlvsdIsRefusedOnTheSameInterfaceAndWelcomeOnOthers(AttachMode mode) throws Exception {
    takeDown();
    plane = open(mode, bpffs, "eth0", "eth1");
    serve(1, 80);
    apply(service(HTTP, "rr", server(1, 80)));
    String filters = net.inDirector("tc filter show dev eth1 ingress");
    Path second = Files.createTempDirectory("xlvs-dp-second");
    assertThatThrownBy(() -> open(mode, second, "eth2", "eth1"))
        .isInstanceOf(DataPlaneException.class).hasMessageContaining("interface eth1 has the tc filters of another xlvsd")
        .hasMessageContaining("--detach --bpffs").hasMessageContaining("tc qdisc del dev eth1 clsact");
    assertThatNothingIsAttached("eth2");
    assertThat(Files.list(second)).isEmpty();
    try (DataPlane other = open(mode, second, "eth2")) {
      assertThat(other.status().interfaces()).hasSize(1);
    }
    assertThat(inDirector(() -> new BpfDataPlaneProvider().detach(second))).isTrue();
    Files.delete(second);
    assertThat(net.inDirector("tc filter show dev eth1 ingress")).isEqualTo(filters);
    assertThat(ask(connect(), "a")).isEqualTo("1 10.71.0.10 a");
  }

  @Test
  void detachingLeavesNothingOfOursAndAllOfOthers() throws Exception {
    Path passAll = Files.writeString(Files.createTempFile("xlvs-dp", ".cbpf"), "1,6 0 0 4294967295,");
    net.inDirector("tc filter add dev eth1 ingress pref 7 bpf bytecode-file " + passAll);
    Files.delete(passAll);
    serve(1, 80);
    apply(service(HTTP, "rr", server(1, 80)));
    assertThat(ask(connect(), "a")).isEqualTo("1 10.71.0.10 a");
    assertThat(net.inDirector("ip neigh show dev eth1")).contains("managed");
    takeDown();
    assertThatNothingIsAttached("eth0", "eth2");
    assertThat(net.inDirector("tc filter show dev eth1 ingress")).contains("pref 7").doesNotContain("xlvs");
    assertThat(net.inDirector("ip neigh show dev eth1")).contains("10.71.1.10").doesNotContain("managed");
    plane = openPlane();
  }

  private void assertThatNothingIsAttached(String... names) {
    for (String name : names) {
      assertThat(net.inDirector("ip link show " + name)).doesNotContain("xdp");
      assertThat(net.inDirector("tc qdisc show dev " + name)).doesNotContain("clsact");
    }
  }

  /** As a stop and `xlvsd --detach`. */
  private void takeDown() throws Exception {
    plane.close();
    assertThat(inDirector(() -> new BpfDataPlaneProvider().detach(bpffs))).isTrue();
  }

  private DataPlane open(AttachMode mode, Path pins, String... names) throws Exception {
    return inDirector(() -> new BpfDataPlaneProvider().open(new DataPlaneOptions(List.of(names), mode, pins, SMALL), () -> {}));
  }

  private DataPlaneStatus.Interface status(String name) {
    return plane.status().interfaces().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
  }
}
