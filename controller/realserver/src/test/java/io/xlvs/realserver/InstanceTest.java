// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Making, undoing, interrupting, sharing: on a host in memory. */
class InstanceTest {
  @TempDir private Path directory;

  private final FakeHost host = new FakeHost();
  private final StringWriter out = new StringWriter();

  private static Settings dr(String... vips) {
    return new Settings(
        Method.DR, Stream.of(vips).map(vip -> Literals.address("vip", vip)).toList(), List.of(), "eth0", List.of(), Set.of(), 0, 0, null);
  }

  private void with(String name, Consumer<Instance> action) {
    try (StateStore store = StateStore.open(directory)) {
      action.accept(new Instance(name, host, store, new PrintWriter(out, true)));
    }
  }

  private void up(String name, Settings settings) {
    with(name, instance -> instance.up(settings));
  }

  private boolean down(String name) {
    try (StateStore store = StateStore.open(directory)) {
      return new Instance(name, host, store, new PrintWriter(out, true)).down();
    }
  }

  @Test
  void upSilencesArpBeforeTheVipAppearsAndDownRestoresInReverse() {
    Map<String, String> before = host.snapshot();

    up("a", dr("10.0.0.100", "2001:db8::100"));

    assertThat(host.changes())
        .containsExactly(
            "SYSCTL net/ipv4/conf/eth0/arp_ignore 1",
            "SYSCTL net/ipv4/conf/eth0/arp_announce 2",
            "ADDRESS 10.0.0.100 present",
            "ADDRESS 2001:db8::100 present");
    assertThat(down("a")).isTrue();
    assertThat(host.snapshot()).isEqualTo(before);
    assertThat(down("a")).isFalse();
  }

  @Test
  void thingsThatAreRightAlreadyAreNotChanged() {
    host.sysctl("all", "arp_ignore", "1");
    host.sysctl("eth0", "arp_announce", "2");
    host.set(Kind.ADDRESS, "10.0.0.100", Change.PRESENT);
    Map<String, String> before = host.snapshot();

    up("a", dr("10.0.0.100"));

    assertThat(host.snapshot()).isEqualTo(before);
    down("a");
    assertThat(host.snapshot()).isEqualTo(before);
  }

  @Test
  void strictReversePathFilterBecomesLoose() {
    host.sysctl("all", "rp_filter", "1");
    up("a", dr("10.0.0.100"));
    assertThat(host.current(Kind.SYSCTL, "net/ipv4/conf/eth0/rp_filter")).contains("2");
    down("a");
    assertThat(host.current(Kind.SYSCTL, "net/ipv4/conf/eth0/rp_filter")).contains("0");
  }

  @Test
  void anArpIgnoreOfAllThatCannotBeOverruledIsRefused() {
    host.sysctl("all", "arp_ignore", "3");
    assertThatThrownBy(() -> up("a", dr("10.0.0.100")))
        .hasMessage("net.ipv4.conf.all.arp_ignore is 3, with which this host answers ARP for the VIP: set it to 0 or 1");
    assertThat(host.changes()).isEmpty();
  }

  @Test
  void anUpKilledAtAnyStepIsUndoneByDown() {
    Map<String, String> before = host.snapshot();
    int steps = 4;
    for (int step = 0; step < steps; step++) {
      host.failAt(step, true);
      assertThatThrownBy(() -> up("a", dr("10.0.0.100", "10.0.0.101"))).isInstanceOf(FakeHost.Killed.class);
      host.failAt(Integer.MAX_VALUE, false);
      assertThat(down("a")).as("step %d", step).isTrue();
      assertThat(host.snapshot()).as("step %d", step).isEqualTo(before);
    }
  }

  @Test
  void anUpKilledAtAnyStepIsCompletedByUpAndThenUndoneByDown() {
    Map<String, String> before = host.snapshot();
    for (int step = 0; step < 4; step++) {
      host.failAt(step, true);
      assertThatThrownBy(() -> up("a", dr("10.0.0.100", "10.0.0.101"))).isInstanceOf(FakeHost.Killed.class);
      host.failAt(Integer.MAX_VALUE, false);
      up("a", dr("10.0.0.100", "10.0.0.101"));
      assertThat(host.current(Kind.ADDRESS, "10.0.0.101")).contains(Change.PRESENT);
      down("a");
      assertThat(host.snapshot()).as("step %d", step).isEqualTo(before);
    }
  }

  @Test
  void aDownKilledAtAnyStepIsCompletedByTheNext() {
    Map<String, String> before = host.snapshot();
    for (int step = 0; step < 4; step++) {
      up("a", dr("10.0.0.100", "10.0.0.101"));
      host.failAt(step, true);
      assertThatThrownBy(() -> down("a")).isInstanceOf(FakeHost.Killed.class);
      host.failAt(Integer.MAX_VALUE, false);
      down("a");
      assertThat(host.snapshot()).as("step %d", step).isEqualTo(before);
    }
  }

  @Test
  void anUpThatFailsLeavesNothingBehind() {
    Map<String, String> before = host.snapshot();
    host.failAt(2, false);
    assertThatThrownBy(() -> up("a", dr("10.0.0.100"))).isInstanceOf(SetupException.class);
    assertThat(host.snapshot()).isEqualTo(before);
    assertThat(down("a")).isFalse();
  }

  @Test
  void whatTwoInstancesNeedIsRestoredByTheLast() {
    Map<String, String> before = host.snapshot();
    up("a", dr("10.0.0.100"));
    up("b", dr("10.0.0.100", "10.0.0.101"));
    down("a");
    assertThat(host.current(Kind.SYSCTL, "net/ipv4/conf/eth0/arp_ignore")).contains("1");
    assertThat(host.current(Kind.ADDRESS, "10.0.0.100")).contains(Change.PRESENT);
    assertThat(out.toString()).contains("left     10.0.0.100 on lo: instance 'b' needs it");
    down("b");
    assertThat(host.snapshot()).isEqualTo(before);
  }

  @Test
  void whatSomebodyElseChangedMeanwhileIsLeftAlone() {
    up("a", dr("10.0.0.100"));
    host.sysctl("eth0", "arp_ignore", "8");
    down("a");
    assertThat(host.current(Kind.SYSCTL, "net/ipv4/conf/eth0/arp_ignore")).contains("8");
    assertThat(out.toString()).contains("left     net.ipv4.conf.eth0.arp_ignore = 1: it was changed to 8 meanwhile");
  }

  @Test
  void otherSettingsUnderTheSameNameAreRefused() {
    up("a", dr("10.0.0.100"));
    Map<String, String> up = host.snapshot();
    assertThatThrownBy(() -> up("a", dr("10.0.0.101")))
        .isInstanceOf(UsageException.class)
        .hasMessage("--name: 'a' is up with other settings: run 'down --name a' first, or give another --name");
    assertThat(host.snapshot()).isEqualTo(up);
  }

  @Test
  void anInstanceOfALivingNamespaceIsNotTakenOverAndOneOfADeadNamespaceIsForgotten() {
    up("a", dr("10.0.0.100"));
    host.enterNetworkNamespace(4026539999L, true);
    assertThatThrownBy(() -> up("a", dr("10.0.0.100"))).hasMessageContaining("belongs to another network namespace");
    host.enterNetworkNamespace(4026539999L, false);
    up("a", dr("10.0.0.101"));
    assertThat(out.toString()).contains("forgetting instance 'a' of a network namespace that has gone");
  }

  @Test
  void anInstanceWhoseInterfaceWasReplacedIsSetUpAnew() {
    up("a", dr("10.0.0.100"));
    host.replaceDevice(new Device("eth0", 7, "02:00:00:00:00:07", 1500, true));
    host.sysctl("eth0", "arp_ignore", "0");
    up("a", dr("10.0.0.101"));
    assertThat(out.toString()).contains("forgetting instance 'a' of an interface that has gone");
    assertThat(host.current(Kind.ADDRESS, "10.0.0.100")).contains(Change.ABSENT);
    assertThat(host.current(Kind.SYSCTL, "net/ipv4/conf/eth0/arp_ignore")).contains("1");
  }

  @Test
  void aStateThatCannotBeReadIsRefusedByName() throws Exception {
    up("a", dr("10.0.0.100"));
    java.nio.file.Files.writeString(directory.resolve("a/state"), "version=1\nmethod=DR\n");
    assertThatThrownBy(() -> down("a")).isInstanceOf(SetupException.class).hasMessageContaining("is missing; undo by hand");
  }

  @Test
  void aDirectoryThatCannotBeUsedIsNamedWithTheReasonAndNotMade() throws Exception {
    Path deep = directory.resolve("no/such");
    assertThatThrownBy(() -> StateStore.open(deep)).isInstanceOf(SetupException.class)
        .hasMessageContaining("directory " + deep.getParent() + " does not exist: create it");
    assertThat(deep.getParent()).doesNotExist();
    Path file = java.nio.file.Files.writeString(directory.resolve("file"), "");
    assertThatThrownBy(() -> StateStore.open(file)).isInstanceOf(SetupException.class)
        .hasMessage("cannot use the state directory " + file + ": a file of this name is in the way; give another with --run-dir");
  }

  @Test
  void statesComeBackAsTheyWereWritten() {
    Settings settings =
        new Settings(
            Method.TUN, List.of(Literals.address("vip", "2001:db8::100")),
            List.of(Literals.prefix("director", "10.1.0.0/24"), Literals.prefix("director", "fd01::1")), "eth0", List.of("eth1"),
            Set.of(Tunnel.GRE, Tunnel.GUE), 6080, 1400, Path.of("/sys/fs/cgroup"));
    State state = new State("x", 7, 2, "02:00:00:00:00:02", true, settings, List.of(new Change(Kind.SYSCTL, "a/b", "0", "1")));
    try (StateStore store = StateStore.open(directory)) {
      store.save(state);
      assertThat(store.load("x")).contains(state);
      assertThat(store.loadAll()).containsExactly(state);
    }
  }
}
