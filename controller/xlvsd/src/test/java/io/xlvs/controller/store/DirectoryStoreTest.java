// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xlvs.controller.service.AddressFamily;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.MarkRule;
import io.xlvs.controller.service.MarkRuleKey;
import io.xlvs.controller.service.PortRange;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.SchedulerFlag;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.Timeouts;
import io.xlvs.controller.service.Tunnel;
import io.xlvs.controller.service.TunnelChecksum;
import io.xlvs.controller.service.TunnelType;
import io.xlvs.controller.service.VirtualService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryStoreTest {
  @TempDir private Path temp;
  private Path directory;
  private DirectoryStore store;

  @BeforeEach
  void open() throws IOException {
    directory = temp.resolve("state");
    store = DirectoryStore.open(directory);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static Configuration everything() {
    RealServer tun = new RealServer(IpAddress.parse("fd01::11"), 80, ForwardingMethod.TUN, 0, 7, 10, 5,
        new Tunnel(TunnelType.GUE, 6080, TunnelChecksum.FULL), 9);
    RealServer nat = new RealServer(IpAddress.parse("10.1.0.11"), 8080, ForwardingMethod.NAT, 2147483647, 2147483647, 0, 0,
        Tunnel.DEFAULT, 8);
    VirtualService web = new VirtualService(ServiceKey.parse("tcp:10.0.0.100:80"), "sh", Set.of(SchedulerFlag.SH_PORT), 300, -256, 0, "",
        false, List.of(tun, nat), List.of(IpAddress.parse("10.1.0.1"), IpAddress.parse("10.1.0.2")), 3, 9);
    VirtualService dns = new VirtualService(ServiceKey.parse("udp:[fd00::100]:53"), "rr", Set.of(), 0, 0, 64, "", true, List.of(),
        List.of(), 4, 4);
    VirtualService mark = new VirtualService(new ServiceKey.FirewallMark(AddressFamily.IPV6, 4294967295L), "wlc", Set.of(), 60, 0, 128,
        "sip", false, List.of(), List.of(), 5, 5);
    MarkRule ports = new MarkRule(MarkRuleKey.parse("4294967295:fd00::100/120"), List.of(new PortRange(80, 80), new PortRange(8000, 8080)),
        List.of(), 7);
    MarkRule everything = new MarkRule(MarkRuleKey.parse("1:10.0.0.100"), List.of(PortRange.ALL), List.of(PortRange.ALL), 6);
    return Configuration.of(9, new Timeouts(1, 2, 2147483), List.of(web, dns, mark), List.of(ports, everything));
  }

  private static void assertSame(Configuration actual, Configuration expected) {
    assertThat(actual.revision()).isEqualTo(expected.revision());
    assertThat(actual.timeouts()).isEqualTo(expected.timeouts());
    assertThat(List.copyOf(actual.services().values())).isEqualTo(List.copyOf(expected.services().values()));
    assertThat(List.copyOf(actual.markRules().values())).isEqualTo(List.copyOf(expected.markRules().values()));
  }

  private static Configuration withRevision(long revision) {
    return Configuration.of(revision, Timeouts.DEFAULT, List.of());
  }

  @Test
  void aNewDirectoryIsEmptyAndEverythingWrittenIsReadBack() throws IOException {
    assertThat(store.read().revision()).isZero();
    store.write(everything());
    assertSame(store.read(), everything());
    store.close();
    store = DirectoryStore.open(directory);
    assertSame(store.read(), everything());
  }

  @Test
  void servicesThatStayTheSameAreStoredWithThoseThatChange() throws IOException {
    Configuration before = everything();
    store.write(before);
    List<VirtualService> services = new ArrayList<>(before.services().values());
    VirtualService old = services.remove(1);
    services.add(new VirtualService(old.key(), "wrr", Set.of(), 0, 0, 64, "", true, List.of(), List.of(), 10, 10));
    Configuration after = Configuration.of(10, Timeouts.DEFAULT, services);
    store.write(after);
    assertSame(store.read(), after);
  }

  @Test
  void theSnapshotBeforeIsKept() throws IOException {
    store.write(withRevision(1));
    byte[] first = Files.readAllBytes(directory.resolve(DirectoryStore.CURRENT));
    store.write(withRevision(2));
    assertThat(Files.readAllBytes(directory.resolve(DirectoryStore.PREVIOUS))).isEqualTo(first);
    assertThat(store.read().revision()).isEqualTo(2);
  }

  @Test
  void aWriteThatWasTornOffIsIgnored() throws IOException {
    store.write(withRevision(1));
    Files.write(directory.resolve(DirectoryStore.TEMPORARY), new byte[] {1, 2, 3});
    assertThat(store.read().revision()).isEqualTo(1);
    store.write(withRevision(2));
    assertThat(store.read().revision()).isEqualTo(2);
  }

  @Test
  void everyDamagedByteIsNoticedAndTheFileIsNamed() throws IOException {
    store.write(everything());
    Path file = directory.resolve(DirectoryStore.CURRENT);
    byte[] good = Files.readAllBytes(file);
    for (int i = 0; i < good.length; i++) {
      for (int bit : new int[] {0, 7}) {
        byte[] bad = good.clone();
        bad[i] ^= (byte) (1 << bit);
        Files.write(file, bad);
        assertThatThrownBy(() -> store.read()).as("byte %d bit %d", i, bit)
            .isInstanceOf(StoreException.class).hasMessageContaining(file.toString()).hasMessageContaining("move it away");
      }
    }
    for (int length = 0; length < good.length; length++) {
      Files.write(file, Arrays.copyOf(good, length));
      assertThatThrownBy(() -> store.read()).as("length %d", length).isInstanceOf(StoreException.class);
    }
    Files.write(file, Arrays.copyOf(good, good.length + 1));
    assertThatThrownBy(() -> store.read()).isInstanceOf(StoreException.class);
  }

  @Test
  void aDamagedFileWithAPredecessorNamesTheWayBackAndItWorks() throws IOException {
    store.write(withRevision(1));
    store.write(withRevision(2));
    Path file = directory.resolve(DirectoryStore.CURRENT);
    byte[] bad = Files.readAllBytes(file);
    bad[bad.length - 1] ^= 1;
    Files.write(file, bad);
    Path previous = directory.resolve(DirectoryStore.PREVIOUS);
    assertThatThrownBy(() -> store.read()).hasMessageContaining("mv " + previous + " " + file);
    Files.move(previous, file, StandardCopyOption.REPLACE_EXISTING);
    assertThat(store.read().revision()).isEqualTo(1);
  }

  @Test
  void aLostFileIsNotTakenForAnEmptyConfiguration() throws IOException {
    store.write(withRevision(1));
    store.write(withRevision(2));
    Files.delete(directory.resolve(DirectoryStore.CURRENT));
    assertThatThrownBy(() -> store.read()).isInstanceOf(StoreException.class).hasMessageContaining("is missing");
  }

  @Test
  void aNewerFormatIsRefusedByNumber() throws IOException {
    store.write(withRevision(1));
    Path file = directory.resolve(DirectoryStore.CURRENT);
    byte[] newer = Files.readAllBytes(file);
    newer[11] = 2;
    Files.write(file, newer);
    assertThatThrownBy(() -> store.read()).hasMessageContaining("format version 2, this xlvsd knows 1");
  }

  @Test
  void aSecondStoreInTheSameProcessIsRefusedByDirectoryAndProcess() {
    assertThatThrownBy(() -> DirectoryStore.open(directory))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(directory.toString())
        .hasMessageContaining("process " + ProcessHandle.current().pid());
  }

  @Test
  void aSecondProcessIsRefusedAndTheDirectoryIsFreeOnceTheFirstIsKilled() throws Exception {
    store.close();
    Process holder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
        System.getProperty("java.class.path"), LockHolder.class.getName(), directory.toString()).redirectErrorStream(true).start();
    try {
      assertThat(holder.inputReader().readLine()).isEqualTo("holding");
      assertThatThrownBy(() -> DirectoryStore.open(directory)).hasMessageContaining("process " + holder.pid());
    } finally {
      holder.destroyForcibly();
      assertThat(holder.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    store = DirectoryStore.open(directory);
    assertThat(store.read().revision()).isZero();
  }

  /** Another process that has the directory. */
  static final class LockHolder {
    public static void main(String[] arguments) throws Exception {
      DirectoryStore held = DirectoryStore.open(Path.of(arguments[0]));
      System.out.println("holding");
      Thread.sleep(TimeUnit.MINUTES.toMillis(5));
      held.close();
    }
  }

  @Test
  void aDirectoryThatCannotBeMadeIsNamed() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "");
    assertThatThrownBy(() -> DirectoryStore.open(file.resolve("state")))
        .isInstanceOf(StoreException.class).hasMessageContaining(file.resolve("state").toString()).hasMessageContaining("--state-dir");
  }
}
