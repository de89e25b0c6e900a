// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.Timeouts;
import io.xlvs.controller.service.Tunnel;
import io.xlvs.controller.service.VirtualService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the configuration was: the revisions in the state file. */
class HistoryTest {
  @TempDir private Path temp;
  private Path directory;
  private DirectoryStore store;

  @BeforeEach
  void open() throws IOException {
    directory = temp.resolve("state");
    store = DirectoryStore.open(directory);
    store.read();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void reopen() throws IOException {
    store.close();
    store = DirectoryStore.open(directory);
    store.read();
  }

  /** One service with so many servers, the first of which weighs what the revision is. */
  private static Configuration of(long revision, int servers) {
    List<RealServer> list = new ArrayList<>();
    for (int i = 0; i < servers; i++) {
      int weight = i == 0 ? (int) revision : 1;
      list.add(new RealServer(IpAddress.ofIpv4(10 << 24 | i), 80, ForwardingMethod.DR, weight, weight, 0, 0, Tunnel.DEFAULT, revision));
    }
    VirtualService service = new VirtualService(new ServiceKey.Endpoint(Protocol.TCP, IpAddress.parse("20.0.0.1"), 80), "rr", Set.of(), 0, -1,
        0, "", false, Timeouts.NONE, list, List.of(), 1, revision);
    return Configuration.of(revision, new Timeouts((int) revision, 1, 1), List.of(service));
  }

  private void assertKept(long first, long last, int servers) throws IOException {
    assertThat(store.kept().stream().map(KeptRevision::revision)).containsExactlyElementsOf(LongStream.rangeClosed(first, last).boxed().toList());
    assertThat(store.read(first - 1)).isEmpty();
    assertThat(store.read(last + 1)).isEmpty();
    for (KeptRevision kept : store.kept()) {
      Configuration expected = of(kept.revision(), servers);
      Configuration actual = store.read(kept.revision()).orElseThrow();
      assertThat(actual.revision()).isEqualTo(kept.revision());
      assertThat(actual.timeouts()).isEqualTo(expected.timeouts());
      assertThat(List.copyOf(actual.services().values())).isEqualTo(List.copyOf(expected.services().values()));
      assertThat(kept.services()).isEqualTo(1);
      assertThat(kept.servers()).isEqualTo(servers);
    }
  }

  @Test
  void nothingIsKeptOfNothing() throws IOException {
    assertThat(store.kept()).isEmpty();
    assertThat(store.read(0)).isEmpty();
  }

  @Test
  void theLastHundredRevisionsAreThereAlsoAfterARestartWithTheirTimes() throws IOException {
    Instant before = Instant.now().minusMillis(1);
    for (int revision = 1; revision <= 150; revision++) {
      store.write(of(revision, 2));
    }
    assertKept(51, 150, 2);
    List<KeptRevision> kept = store.kept();
    assertThat(kept).allSatisfy(one -> assertThat(one.time().orElseThrow()).isBetween(before, Instant.now()));
    reopen();
    assertKept(51, 150, 2);
    for (int i = 0; i < kept.size(); i++) {
      assertThat(Duration.between(store.kept().get(i).time().orElseThrow(), kept.get(i).time().orElseThrow())).isBetween(Duration.ofSeconds(-1), Duration.ofSeconds(1));
    }
  }

  @Test
  void aFileThatIsWrittenAnewKeepsWhatThereIsRoomFor() throws IOException {
    // About 15 kB a change: 70 and more until the file is written anew, which then has 33 or so.
    int revision = 0;
    while (!Files.exists(directory.resolve(DirectoryStore.PREVIOUS))) {
      store.write(of(++revision, 500));
    }
    assertThat(revision).isBetween(30, 300);
    int kept = store.kept().size();
    assertThat(kept).isBetween(10, revision - 1);
    assertKept(revision - kept + 1, revision, 500);
    store.write(of(++revision, 500));
    reopen();
    assertKept(revision - kept, revision, 500);
  }

  @Test
  void theOneBeforeTheLastIsThereHoweverLargeAChangeIs() throws IOException {
    for (int revision = 1; revision <= 12; revision++) {
      store.write(of(revision, 40_000));
      assertThat(store.read(revision - 1).isPresent()).isEqualTo(revision > 1);
    }
    assertThat(store.kept()).hasSizeLessThan(6);
    assertKept(store.kept().get(0).revision(), 12, 40_000);
    reopen();
    assertThat(store.read(11)).isPresent();
  }

  @Test
  void aChangeThatWasTakenBackIsNoRevision() throws IOException {
    store.write(of(1, 2));
    store.write(of(2, 2));
    store.write(of(3, 9));
    store.write(of(2, 2));
    assertKept(1, 2, 2);
    store.write(of(3, 2));
    assertKept(1, 3, 2);
    reopen();
    assertKept(1, 3, 2);
  }

  @Test
  void aFileOfAnOlderXlvsdHasNoTimes() throws IOException {
    store.close();
    Path file = directory.resolve(DirectoryStore.CURRENT);
    RecordLog.create(file, ChangeCodec.encode(Configuration.empty(), of(1, 2), Optional.empty()),
        List.of(ChangeCodec.encode(of(1, 2), of(2, 2), Optional.empty()))).close();
    reopen();
    assertThat(store.kept()).extracting(KeptRevision::time).containsExactly(Optional.empty(), Optional.empty());
    assertKept(1, 2, 2);
    store.write(of(3, 2));
    assertThat(store.kept().get(2).time()).isPresent();
  }

  @Test
  void damageBehindTheBackOfTheDaemonIsToldAndTheNextChangeMakesAWholeFile() throws IOException {
    store.write(of(1, 2));
    store.write(of(2, 2));
    byte[] bytes = Files.readAllBytes(directory.resolve(DirectoryStore.CURRENT));
    bytes[RecordLog.SECTOR_BYTES + 40] ^= 1;
    Files.write(directory.resolve(DirectoryStore.CURRENT), bytes);
    assertThatThrownBy(() -> store.read(1)).isInstanceOf(StoreException.class).hasMessageContaining("revision 1 cannot be read")
        .hasMessageContaining(directory.resolve(DirectoryStore.CURRENT) + " is damaged");
    store.write(of(3, 2));
    assertKept(2, 3, 2);
    reopen();
    assertKept(2, 3, 2);
  }
}
