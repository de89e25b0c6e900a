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
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.SchedulerFlag;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.Sysctl;
import io.xlvs.controller.service.Sysctls;
import io.xlvs.controller.service.Timeouts;
import io.xlvs.controller.service.Tunnel;
import io.xlvs.controller.service.TunnelChecksum;
import io.xlvs.controller.service.TunnelType;
import io.xlvs.controller.service.VirtualService;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
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
        false, new Timeouts(7, 8, 0), List.of(tun, nat), List.of(IpAddress.parse("10.1.0.1"), IpAddress.parse("10.1.0.2")), 3, 9);
    VirtualService dns = new VirtualService(ServiceKey.parse("udp:[fd00::100]:53"), "rr", Set.of(), 0, 0, 64, "", true, Timeouts.NONE, List.of(),
        List.of(), 4, 4);
    VirtualService mark = new VirtualService(new ServiceKey.FirewallMark(AddressFamily.IPV6, 4294967295L), "wlc", Set.of(), 60, 0, 128,
        "sip", false, Timeouts.NONE, List.of(), List.of(), 5, 5);
    MarkRule ports = new MarkRule(MarkRuleKey.parse("4294967295:fd00::100/120"), List.of(new PortRange(80, 80), new PortRange(8000, 8080)),
        List.of(), List.of(new PortRange(2905, 2905)), 7);
    MarkRule everything = new MarkRule(MarkRuleKey.parse("1:10.0.0.100"), List.of(PortRange.ALL), List.of(PortRange.ALL),
        List.of(PortRange.ALL), 6);
    return Configuration.of(9, new Timeouts(1, 2, 2147483), Sysctls.DEFAULT.with(Sysctl.SLOPPY_TCP, "1").with(Sysctl.LBLC_EXPIRATION, "7"),
        List.of(web, dns, mark), List.of(ports, everything));
  }

  private static void assertSame(Configuration actual, Configuration expected) {
    assertThat(actual.revision()).isEqualTo(expected.revision());
    assertThat(actual.timeouts()).isEqualTo(expected.timeouts());
    assertThat(actual.sysctls()).isEqualTo(expected.sysctls());
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

  private static VirtualService service(int number, int servers, long createRevision, long revision) {
    List<RealServer> list = new ArrayList<>();
    for (int i = 0; i < servers; i++) {
      list.add(new RealServer(IpAddress.ofIpv4(10 << 24 | i), 80, ForwardingMethod.DR, 1, 1, 0, 0, Tunnel.DEFAULT, revision));
    }
    return new VirtualService(new ServiceKey.Endpoint(Protocol.TCP, IpAddress.ofIpv4(20 << 24 | number), 80), "rr", Set.of(), 0, -1, 0, "",
        false, Timeouts.NONE, list, List.of(), createRevision, revision);
  }

  private static Configuration of(long revision, VirtualService... services) {
    return Configuration.of(revision, Timeouts.DEFAULT, List.of(services));
  }

  private void reopen() throws IOException {
    store.close();
    store = DirectoryStore.open(directory);
  }

  private long size() throws IOException {
    return Files.size(directory.resolve(DirectoryStore.CURRENT));
  }

  @Test
  void changesAreAppendedAndReadBackInOrder() throws IOException {
    VirtualService one = service(1, 2000, 1, 1);
    VirtualService two = service(2, 2000, 1, 1);
    VirtualService three = service(3, 1, 1, 1);
    List<Configuration> history = List.of(
        of(1, one, two, three),
        of(2, one, service(2, 1, 1, 2), three),
        of(3, one, three),
        of(4, one, three, service(2, 1, 4, 4), service(4, 1, 4, 4)),
        of(5, service(1, 1, 1, 5), three, service(4, 2, 4, 5), service(2, 1, 5, 5)),
        Configuration.of(6, new Timeouts(1, 2, 3), List.of()),
        everything(),
        of(10));
    store.write(history.get(0));
    long whole = size();
    for (Configuration configuration : history) {
      store.write(configuration);
      assertThat(size() - whole).as("bytes of the changes up to revision %d", configuration.revision()).isLessThan(whole / 10);
      assertSame(readCopy(), configuration);
    }
  }

  /** What another daemon would find, had this one been killed. */
  private Configuration readCopy() throws IOException {
    Path copy = Files.createTempDirectory(temp, "copy");
    Files.copy(directory.resolve(DirectoryStore.CURRENT), copy.resolve(DirectoryStore.CURRENT));
    try (DirectoryStore other = DirectoryStore.open(copy)) {
      return other.read();
    }
  }

  @Test
  void whatARollbackBringsBackIsInItsOldPlace() throws IOException {
    Configuration before = of(1, service(1, 1, 1, 1), service(2, 1, 1, 1));
    store.write(before);
    store.write(of(2, service(2, 1, 1, 1)));
    store.write(before);
    assertSame(readCopy(), before);
  }

  @Test
  void theWholeIsWrittenAnewOnceTheChangesTakeMoreRoomAndTheFileBeforeIsKept() throws IOException {
    VirtualService large = service(1, 20_000, 1, 1);
    store.write(of(1, large));
    long whole = size();
    long most = 0;
    for (int revision = 2; revision < 40; revision++) {
      store.write(of(revision, service(1, 20_000, 1, revision)));
      most = Math.max(most, size());
      assertThat(readCopy().revision()).isEqualTo(revision);
    }
    assertThat(most).isBetween(2 * whole, 4 * whole + (1 << 20));
    assertThat(Files.size(directory.resolve(DirectoryStore.PREVIOUS))).isGreaterThan(2 * whole);
    assertThat(directory.resolve(DirectoryStore.TEMPORARY)).doesNotExist();
  }

  @Test
  void aWholeThatWasTornOffIsIgnored() throws IOException {
    store.write(withRevision(1));
    Files.write(directory.resolve(DirectoryStore.TEMPORARY), new byte[] {1, 2, 3});
    reopen();
    assertThat(store.read().revision()).isEqualTo(1);
    store.write(withRevision(2));
    assertThat(store.read().revision()).isEqualTo(2);
  }

  /** Whatever part of the last append a crash kept from the disk, the file is as it was before and takes the next change. */
  @Test
  void aTornChangeIsCutOff() throws IOException {
    store.write(everything());
    long before = size();
    store.write(of(10, service(1, 200, 10, 10)));
    Path file = directory.resolve(DirectoryStore.CURRENT);
    byte[] good = Files.readAllBytes(file);
    List<byte[]> torn = new ArrayList<>();
    for (int length = (int) before; length < good.length; length += 1021) {
      torn.add(Arrays.copyOf(good, length));
    }
    for (int sector = (int) before; sector < good.length; sector += RecordLog.SECTOR_BYTES) {
      torn.add(Arrays.copyOf(Arrays.copyOf(good, sector), good.length));
      byte[] hole = good.clone();
      Arrays.fill(hole, sector, sector + RecordLog.SECTOR_BYTES, (byte) 0);
      torn.add(hole);
    }
    for (byte[] bytes : torn) {
      Files.write(file, bytes);
      reopen();
      assertSame(store.read(), everything());
      assertThat(size()).isEqualTo(before);
    }
    store.write(withRevision(11));
    reopen();
    assertThat(store.read().revision()).isEqualTo(11);
  }

  @Test
  void everyDamagedByteIsNoticedAndTheFileIsNamed() throws IOException {
    store.write(everything());
    long first = size();
    store.write(of(10, service(1, 3, 10, 10)));
    long second = size();
    store.write(withRevision(11));
    Path file = directory.resolve(DirectoryStore.CURRENT);
    byte[] good = Files.readAllBytes(file);
    for (int i = 0; i < good.length; i++) {
      for (int bit : new int[] {0, 7}) {
        byte[] bad = good.clone();
        bad[i] ^= (byte) (1 << bit);
        Files.write(file, bad);
        String remedy = i < first ? "move it away" : "truncate -s " + (i < second ? first : second) + " " + file;
        assertThatThrownBy(() -> store.read()).as("byte %d bit %d", i, bit)
            .isInstanceOf(StoreException.class).hasMessageContaining(file.toString()).hasMessageContaining(remedy);
        assertThat(Files.readAllBytes(file)).as("left alone").isEqualTo(bad);
      }
    }
    for (int length = 0; length < first; length++) {
      Files.write(file, Arrays.copyOf(good, length));
      assertThatThrownBy(() -> store.read()).as("length %d", length).isInstanceOf(StoreException.class);
    }
  }

  @Test
  void theRemedyForADamagedChangeWorks() throws Exception {
    store.write(everything());
    long before = size();
    store.write(withRevision(10));
    Path file = directory.resolve(DirectoryStore.CURRENT);
    byte[] bad = Files.readAllBytes(file);
    bad[bad.length - 1] ^= 1;
    Files.write(file, bad);
    assertThatThrownBy(() -> store.read()).hasMessageContaining("truncate -s " + before + " " + file);
    run("truncate", "-s", Long.toString(before), file.toString());
    assertSame(store.read(), everything());
  }

  @Test
  void aDamagedWholeWithAPredecessorNamesTheWayBackAndItWorks() throws IOException {
    store.write(withRevision(2));
    store.write(withRevision(1));
    Path file = directory.resolve(DirectoryStore.CURRENT);
    byte[] bad = Files.readAllBytes(file);
    bad[bad.length - 1] ^= 1;
    Files.write(file, bad);
    Path previous = directory.resolve(DirectoryStore.PREVIOUS);
    assertThatThrownBy(() -> store.read()).hasMessageContaining("mv " + previous + " " + file);
    Files.move(previous, file, StandardCopyOption.REPLACE_EXISTING);
    assertThat(store.read().revision()).isEqualTo(2);
  }

  @Test
  void aLostFileIsNotTakenForAnEmptyConfiguration() throws IOException {
    store.write(withRevision(2));
    store.write(withRevision(1));
    Files.delete(directory.resolve(DirectoryStore.CURRENT));
    assertThatThrownBy(() -> store.read()).isInstanceOf(StoreException.class).hasMessageContaining("is missing");
  }

  @Test
  void aNewerFormatIsRefusedByNumber() throws IOException {
    store.write(withRevision(1));
    Path file = directory.resolve(DirectoryStore.CURRENT);
    byte[] newer = Files.readAllBytes(file);
    newer[11] = 3;
    CRC32C checksum = new CRC32C();
    checksum.update(newer, 0, 12);
    ByteBuffer.wrap(newer).putInt(12, (int) checksum.getValue());
    Files.write(file, newer);
    assertThatThrownBy(() -> store.read()).hasMessageContaining("format version 3, this xlvsd knows 2");
  }

  /** Needs root: a file system of 256 KiB. */
  @Test
  void aFullDiskRefusesTheChangeAndTheNextOneThatFitsIsTaken() throws Exception {
    store.close();
    Path small = Files.createDirectory(temp.resolve("small"));
    run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", small.toString());
    try (DirectoryStore full = DirectoryStore.open(small)) {
      Configuration before = of(1, service(1, 2000, 1, 1));
      full.write(before);
      Configuration tooLarge = of(2, service(1, 2000, 1, 1), service(2, 20_000, 2, 2));
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> full.write(tooLarge))
            .isInstanceOfSatisfying(StoreException.class, e -> assertThat(e.isFull()).isTrue())
            .hasMessageContaining("make room");
      }
      Configuration fits = of(2, service(1, 2000, 1, 1), service(3, 10, 2, 2));
      full.write(fits);
      assertSame(full.read(), fits);
    } finally {
      run("umount", small.toString());
    }
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", List.of(command), output).isZero();
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
      assertThat(holder.waitFor(120, TimeUnit.SECONDS)).isTrue();
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
