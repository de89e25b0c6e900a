// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.xlvs.loader.map.BpfMap;
import io.xlvs.loader.map.Codecs;
import io.xlvs.loader.map.RawMap;
import io.xlvs.loader.testing.FdLeakExtension;
import io.xlvs.loader.testing.TempBpfFs;
import io.xlvs.loader.testing.TestObjects;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FdLeakExtension.class)
class CollectionTest {
  private static byte[] request(int left, int right) {
    return ByteBuffer.allocate(16).order(ByteOrder.nativeOrder()).putInt(left).putInt(right).array();
  }

  private static long sum(TestRunResult result) {
    return ByteBuffer.wrap(result.context()).order(ByteOrder.nativeOrder()).getLong(8);
  }

  @Test
  void programsSeeInitialValues() {
    CollectionSpec spec = TestObjects.spec("vars");
    spec.variable("factor").set(10);
    spec.variable("enabled").set(1);
    spec.variable("offset").set(1000);
    spec.variable("table").set(new byte[] {0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    try (Collection collection = spec.load()) {
      TestRunResult result = collection.program("add").testRun(TestRunOptions.context(request(1, 2)));

      assertThat(result.returnValue()).isEqualTo(42);
      assertThat(sum(result)).isEqualTo(1 + 2 * 10 + 1000 + 7 + 9);
    }
  }

  @Test
  void variablesAreSharedWithRunningPrograms() {
    try (Collection collection = TestObjects.spec("vars").load()) {
      Program add = collection.program("add");
      add.testRun(TestRunOptions.context(request(0, 0)));
      add.testRun(TestRunOptions.context(request(0, 0)));
      assertThat(collection.variable("calls").getLong()).isEqualTo(2);

      collection.variable("offset").setInt(5);
      assertThat(sum(add.testRun(TestRunOptions.context(request(0, 1))))).isEqualTo(3 + 5 + 7);
      assertThat(collection.variable("small").get()).hasSize(2).contains(7);
      Variable factor = collection.variable("factor");
      assertThatExceptionOfType(ReadOnlyBufferException.class).isThrownBy(() -> factor.setInt(1));
    }
  }

  @Test
  void aSpecLoadsTwiceIndependently() {
    CollectionSpec spec = TestObjects.spec("vars");
    try (Collection first = spec.load(); Collection second = spec.load()) {
      first.variable("offset").setInt(1);
      assertThat(second.variable("offset").getInt()).isEqualTo(100);
    }
  }

  @Test
  void closingEndsEverything() {
    Collection collection = TestObjects.spec("maps").load();
    RawMap map = collection.map("hash");
    collection.close();
    collection.close();
    assertThatIllegalStateException().isThrownBy(map::fd).withMessage("map 'hash' is closed");
  }

  @Test
  void loadsOnlyWhatIsAskedFor() {
    try (Collection collection = TestObjects.spec("maps").loadOnly("count", "optional").load()) {
      assertThat(collection.programs().keySet()).containsExactly("count", "optional");
      ProgramInfo info = collection.program("count").info();
      assertThat(info.type()).isEqualTo(ProgramType.XDP);
      assertThat(info.name()).isEqualTo("count");
      assertThat(info.tag()).matches("[0-9a-f]{16}");
      assertThat(info.xlatedBytes()).isPositive();
      assertThat(info.verifiedInstructions()).isPositive();
      assertThat(info.mapIds()).containsExactly(collection.map("percpu_array").info().id());
    }
  }

  @Test
  void sectionNamesCanBeOverruled() {
    CollectionSpec spec = TestObjects.spec("rejected").loadOnly("fine");
    spec.program("fine").setType(ProgramType.SCHED_CLS);
    try (Collection collection = spec.load()) {
      assertThat(collection.program("fine").type()).isEqualTo(ProgramType.SCHED_CLS);
    }
  }

  @Test
  void capacityIsSetBeforeLoading() {
    CollectionSpec spec = TestObjects.spec("maps");
    spec.map("hash").setMaxEntries(5000);
    try (Collection collection = spec.load()) {
      assertThat(collection.map("hash").info().maxEntries()).isEqualTo(5000);
    }
  }

  @Test
  void refusedProgramTellsWhyInOneLine() {
    assertThatExceptionOfType(VerifierException.class)
        .isThrownBy(() -> TestObjects.spec("rejected").load())
        .satisfies(e -> {
          assertThat(e.summary()).isEqualTo("R1 offset is outside of the packet");
          assertThat(e.getMessage()).startsWith("load program 'unchecked': EACCES").contains(e.summary());
          assertThat(e.omittedLines()).isPositive();
          assertThat(e.log().lines().count()).isEqualTo(e.omittedLines() + 1);
        });
  }

  @Test
  void verifierLogIsThereOnRequest() {
    try (Collection collection = TestObjects.spec("vars").load(LoadOptions.defaults().withLogLevel(1))) {
      assertThat(collection.program("add").verifierLog()).contains("processed ");
    }
    try (Collection collection = TestObjects.spec("vars").load()) {
      assertThat(collection.program("add").verifierLog()).isEmpty();
    }
  }

  @Test
  void failuresCarryLibbpfsWords() {
    CollectionSpec spec = TestObjects.spec("maps");
    spec.map("lpm_trie").setFlags(0);
    assertThatExceptionOfType(BpfException.class)
        .isThrownBy(spec::load)
        .satisfies(e -> assertThat(e.errnoName()).isEqualTo("EINVAL"))
        .withMessageContaining("lpm_trie");
  }

  @Test
  void pinnedMapIsReusedByTheNextLoad() {
    try (TempBpfFs bpffs = new TempBpfFs()) {
      Path pin = bpffs.path().resolve("array");
      CollectionSpec spec = TestObjects.spec("maps");
      spec.map("array").pinAt(pin);
      try (Collection first = spec.load()) {
        first.map("array", Codecs.U32, Codecs.U64).update(3, 333L);
      }
      try (Collection second = spec.load(); RawMap opened = RawMap.openPinned(pin)) {
        assertThat(second.map("array", Codecs.U32, Codecs.U64).lookup(3)).contains(333L);
        assertThat(opened.info().id()).isEqualTo(second.map("array").info().id());
      }

      spec.map("array").setMaxEntries(32);
      assertThatExceptionOfType(IncompatibleMapException.class)
          .isThrownBy(spec::load)
          .satisfies(e -> assertThat(e.differences()).containsExactly("max_entries: 16 -> 32"));
      assertThat(RawMap.unpin(pin)).isTrue();
      assertThat(RawMap.unpin(pin)).isFalse();
    }
  }

  @Test
  void pinnedSectionKeepsWhatItsVariablesHold() {
    try (TempBpfFs bpffs = new TempBpfFs()) {
      CollectionSpec spec = TestObjects.spec("vars");
      spec.map(".data.kept").pinAt(bpffs.path().resolve("kept"));
      try (Collection first = spec.load()) {
        add(first);
        assertThat(first.variable("kept").getLong()).isEqualTo(6);
      }
      try (Collection second = spec.load()) {
        assertThat(second.variable("kept").getLong()).as("not what it begins with").isEqualTo(6);
        assertThat(second.variable("calls").getLong()).as("in a section that is not pinned").isZero();
        add(second);
        assertThat(second.variable("kept").getLong()).isEqualTo(7);
      }
    }
  }

  @Test
  void constantsBelongToTheProgramsLoadedWithThem() {
    assertThatIllegalArgumentException().isThrownBy(() -> TestObjects.spec("vars").map(".rodata").pinAt(Path.of("/nowhere/constants")))
        .withMessage("pin path of section .rodata cannot be set: the program fixes it");
  }

  private static void add(Collection collection) {
    collection.program("add").testRun(TestRunOptions.context(new byte[16]));
  }

  @Test
  void failedPinUndoesEarlierPins() {
    try (TempBpfFs bpffs = new TempBpfFs()) {
      CollectionSpec spec = TestObjects.spec("maps");
      spec.map("hash").pinAt(bpffs.path().resolve("hash"));
      spec.map("array").pinAt(bpffs.path().resolve("absent/array"));
      assertThatExceptionOfType(BpfException.class).isThrownBy(spec::load)
          .satisfies(e -> assertThat(e.errnoName()).isEqualTo("ENOENT"));
      assertThat(Files.exists(bpffs.path().resolve("hash"))).isFalse();
    }
  }

  @Test
  void mapsAreSharedBetweenCollections() {
    CollectionSpec spec = TestObjects.spec("maps");
    try (Collection owner = spec.load()) {
      CollectionSpec other = TestObjects.spec("maps").loadOnly("count");
      other.map("percpu_array").share(owner.map("percpu_array"));
      try (Collection user = other.load()) {
        user.program("count").testRun(TestRunOptions.packet(new byte[60]));
        assertThat(user.map("percpu_array").info().id()).isEqualTo(owner.map("percpu_array").info().id());
      }
      BpfMap<Integer, List<Integer>> counters =
          owner.map("percpu_array", Codecs.U32, Codecs.perCpu(Codecs.U32, Bpf.possibleCpus()));
      assertThat(counters.lookup(1).orElseThrow().stream().mapToInt(Integer::intValue).sum()).isEqualTo(60);

      other.map("percpu_array").share(owner.map("array"));
      assertThatExceptionOfType(IncompatibleMapException.class).isThrownBy(other::load)
          .satisfies(e -> assertThat(e.differences())
              .containsExactly("type: array -> percpu_array", "value size in bytes: 8 -> 4"));
    }
  }

  @Test
  void runTimeIsCountedWhileAskedFor() {
    try (Collection collection = TestObjects.spec("maps").loadOnly("count").load()) {
      Program count = collection.program("count");
      Bpf.RunTimeStatistics statistics = Bpf.enableRunTimeStatistics();
      count.testRun(TestRunOptions.packet(new byte[60]).withRepeat(100));
      statistics.close();
      assertThat(count.info().runCount()).isEqualTo(100);
      assertThat(count.info().runTimeNs()).isPositive();
    }
  }

  @Test
  void packetTestRunsReturnVerdictPacketAndTime() {
    try (Collection collection = TestObjects.spec("maps").loadOnly("read_maps").load()) {
      byte[] packet = new byte[64];
      packet[63] = 7;
      TestRunResult result = collection.program("read_maps").testRun(TestRunOptions.packet(packet).withRepeat(1000));
      assertThat(result.returnValue()).isEqualTo(1);
      assertThat(result.out()).isEqualTo(packet);
      assertThat(result.durationNs()).isPositive();

      assertThatExceptionOfType(BpfException.class)
          .isThrownBy(() -> collection.program("read_maps").testRun(TestRunOptions.packet(packet).withOutSize(20)))
          .satisfies(e -> assertThat(e.errnoName()).isEqualTo("ENOSPC"));
    }
  }

  @Test
  void contextComesBackFromPacketTestRuns() {
    try (Collection collection = TestObjects.spec("hooks").loadOnly("tc_count").load()) {
      byte[] context = new byte[192];
      context[8] = 5; // mark
      TestRunResult result =
          collection.program("tc_count").testRun(TestRunOptions.packet(new byte[60]).withContext(context));
      assertThat(result.returnValue()).isZero();
      assertThat(result.context()[8]).isEqualTo((byte) 5);
      assertThat(collection.variable("packets_tc").getLong()).isEqualTo(1);
    }
  }

  @Test
  void aMapIsEitherSharedOrPinned() {
    try (Collection owner = TestObjects.spec("maps").loadOnly("count").load()) {
      MapSpec map = TestObjects.spec("maps").map("array").share(owner.map("array"));
      assertThatIllegalArgumentException().isThrownBy(() -> map.pinAt(Path.of("/nowhere/array")));
    }
  }

  @Test
  void programsCanBePinnedAndReopened() {
    try (TempBpfFs bpffs = new TempBpfFs(); Collection collection = TestObjects.spec("maps").loadOnly("count").load()) {
      Path pin = bpffs.path().resolve("count");
      collection.program("count").pin(pin);
      try (Program opened = Program.openPinned(pin); Program byId = Program.openById(opened.info().id())) {
        assertThat(opened.info().tag()).isEqualTo(collection.program("count").info().tag());
        assertThat(byId.name()).isEqualTo("count");
      }
    }
  }
}
