// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.xlvs.loader.BpfException;
import io.xlvs.loader.testing.Commands;
import io.xlvs.loader.testing.FdLeakExtension;
import io.xlvs.loader.testing.VethPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FdLeakExtension.class)
class NetNsTest {
  private static String current() throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString();
  }

  @Test
  void entersANewNamespaceAndReturns() throws IOException {
    String before = current();
    NetNs namespace = NetNs.enterNew();
    assertThat(current()).isNotEqualTo(before);
    assertThat(Commands.run("ip -o link show").lines()).hasSize(1);
    namespace.close();
    namespace.close();
    assertThat(current()).isEqualTo(before);
  }

  @Test
  void entersNamedNamespaces() throws IOException {
    String name = "xlvs-loader-" + ProcessHandle.current().pid();
    String before = current();
    Commands.run("ip netns add " + name);
    try (NetNs namespace = NetNs.enter(name)) {
      assertThat(namespace).isNotNull();
      assertThat(current()).isNotEqualTo(before);
    } finally {
      Commands.run("ip netns del " + name);
    }
    assertThat(current()).isEqualTo(before);
    assertThatExceptionOfType(BpfException.class).isThrownBy(() -> NetNs.enter(name)).withMessageContaining(name);
  }

  @Test
  void aHeldNamespaceLivesOnWithNobodyInIt() throws IOException {
    String before = current();
    NetNs.Held held;
    String inside;
    try (NetNs namespace = NetNs.enterNew()) {
      held = NetNs.hold();
      inside = current();
      Commands.run("ip link add probe type bridge");
    }
    assertThat(current()).isEqualTo(before);
    try (held; NetNs again = held.enter()) {
      assertThat(current()).isEqualTo(inside);
      assertThat(NetDevices.find("probe")).isPresent();
    }
    assertThat(current()).isEqualTo(before);
  }

  @Test
  void otherThreadsCannotLeaveForThisOne() throws InterruptedException {
    try (NetNs namespace = NetNs.enterNew()) {
      Thread other = new Thread(() -> assertThatIllegalStateException().isThrownBy(namespace::close));
      Throwable[] failure = new Throwable[1];
      other.setUncaughtExceptionHandler((thread, e) -> failure[0] = e);
      other.start();
      other.join();
      assertThat(failure[0]).isNull();
    }
  }

  @Test
  void interfacesAreNamedAndNumbered() {
    try (VethPair veth = new VethPair()) {
      assertThat(NetDevices.nameOf(veth.left())).contains("left");
      assertThat(NetDevices.indexOf("lo")).isEqualTo(1);
      assertThat(NetDevices.nameOf(12345)).isEmpty();
      assertThatExceptionOfType(BpfException.class)
          .isThrownBy(() -> NetDevices.indexOf("eth9"))
          .withMessage("find interface 'eth9': ENODEV (No such device)");
    }
  }
}
