// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.xlvs.loader.Bpf;
import io.xlvs.loader.BpfException;
import io.xlvs.loader.Collection;
import io.xlvs.loader.IncompatibleMapException;
import io.xlvs.loader.NotSupportedException;
import io.xlvs.loader.TestRunOptions;
import io.xlvs.loader.testing.FdLeakExtension;
import io.xlvs.loader.testing.TestObjects;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FdLeakExtension.class)
class MapKindsTest {
  /** struct flow: address u32, port u16, zero u16. */
  record Flow(int address, short port) {
    static final Codec<Flow> CODEC =
        Codecs.of(
            8,
            (flow, out) -> out.putInt(flow.address).putShort(flow.port).putShort((short) 0),
            in -> new Flow(in.getInt(), in.getShort()));
  }

  private final Collection collection = TestObjects.spec("maps").load();

  @AfterEach
  void close() {
    collection.close();
  }

  @Test
  void hashStoresReplacesAndDeletes() {
    BpfMap<Flow, Long> hash = collection.map("hash", Flow.CODEC, Codecs.U64);
    Flow flow = new Flow(1, (short) 2);

    assertThat(hash.lookup(flow)).isEmpty();
    assertThat(hash.replace(flow, 1L)).isFalse();
    assertThat(hash.insert(flow, 1L)).isTrue();
    assertThat(hash.insert(flow, 2L)).isFalse();
    assertThat(hash.lookup(flow)).contains(1L);
    assertThat(hash.replace(flow, -5L)).isTrue();
    assertThat(hash.lookup(flow)).contains(-5L);
    assertThat(hash.lookupAndDelete(flow)).contains(-5L);
    assertThat(hash.lookupAndDelete(flow)).isEmpty();
    hash.update(flow, 9L);
    assertThat(hash.delete(flow)).isTrue();
    assertThat(hash.delete(flow)).isFalse();
  }

  @Test
  void updateFlagsAreTheKernels() {
    BpfMap<Flow, Long> hash = collection.map("hash", Flow.CODEC, Codecs.U64);
    Flow flow = new Flow(1, (short) 2);

    assertThatExceptionOfType(BpfException.class).isThrownBy(() -> hash.update(flow, 1L, UpdateFlag.EXIST))
        .withMessage("update element in map 'hash': ENOENT (No such file or directory)");
    hash.update(flow, 1L, UpdateFlag.NOEXIST);
    assertThatExceptionOfType(BpfException.class).isThrownBy(() -> hash.update(flow, 1L, UpdateFlag.NOEXIST))
        .satisfies(e -> assertThat(e.errnoName()).isEqualTo("EEXIST"));
  }

  @Test
  void fullHashIsAnErrorWithNumber() {
    BpfMap<Integer, byte[]> map = collection.map("by_size", Codecs.U32, Codecs.bytes(12));
    for (int i = 0; i < 7; i++) {
      map.update(i, new byte[12]);
    }
    assertThatExceptionOfType(BpfException.class).isThrownBy(() -> map.update(7, new byte[12]))
        .satisfies(e -> assertThat(e.errnoName()).isEqualTo("E2BIG"));
  }

  @Test
  void lruHashForgetsInsteadOfRefusing() {
    BpfMap<Integer, Long> map = collection.map("lru_hash", Codecs.U32, Codecs.U64);
    for (int i = 0; i < 500; i++) {
      map.update(i, (long) i);
    }
    assertThat(map.entries()).hasSizeBetween(1, 64).allSatisfy((key, value) -> assertThat(value).isEqualTo((long) key));
  }

  @Test
  void arrayHasAllItsElementsAndNoOthers() {
    BpfMap<Integer, Long> map = collection.map("array", Codecs.U32, Codecs.U64);
    map.update(15, 7L);

    assertThat(map.lookup(0)).contains(0L);
    assertThat(map.lookup(16)).isEmpty();
    assertThat(map.entries()).hasSize(16).containsEntry(15, 7L);
    assertThatExceptionOfType(BpfException.class).isThrownBy(() -> map.update(16, 1L))
        .satisfies(e -> assertThat(e.errnoName()).isEqualTo("E2BIG"));
  }

  @Test
  void onlyAbsenceIsAnsweredWithFalse() {
    BpfMap<Integer, Long> map = collection.map("array", Codecs.U32, Codecs.U64);
    assertThatExceptionOfType(BpfException.class).isThrownBy(() -> map.delete(1))
        .withMessage("delete element in map 'array': EINVAL (Invalid argument)");
  }

  @Test
  void programsSeeWhatWasWritten() {
    collection.map("hash", Flow.CODEC, Codecs.U64).update(new Flow(0x0a000001, (short) 80), 1000L);
    BpfMap<byte[], Integer> trie = collection.map("lpm_trie", Codecs.bytes(8), Codecs.U32);
    trie.update(prefix(8, 10, 0, 0, 0), 5);
    trie.update(prefix(16, 10, 1, 0, 0), 50);
    trie.update(prefix(16, 10, 2, 0, 0), 500);
    collection.map("mapped", Codecs.U32, Flow.CODEC).update(5, new Flow(3, (short) 0));

    collection.program("read_maps").testRun(TestRunOptions.packet(new byte[60]));

    assertThat(collection.map("array", Codecs.U32, Codecs.U64).lookup(2)).contains(1000L + 50 + 3);
  }

  private static byte[] prefix(int bits, int... address) {
    ByteBuffer key = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder()).putInt(bits);
    for (int octet : address) {
      key.put((byte) octet);
    }
    return key.array();
  }

  @Test
  void triesAreIteratedAndDeletedByPrefix() {
    BpfMap<byte[], Integer> trie = collection.map("lpm_trie", Codecs.bytes(8), Codecs.U32);
    trie.update(prefix(8, 10, 0, 0, 0), 5);
    trie.update(prefix(24, 10, 1, 1, 0), 24);

    assertThat(trie.lookup(prefix(32, 10, 1, 1, 9))).contains(24);
    assertThat(trie.entries().values()).containsExactlyInAnyOrder(5, 24);
    assertThat(trie.delete(prefix(24, 10, 1, 1, 0))).isTrue();
    assertThat(trie.delete(prefix(24, 10, 1, 1, 0))).isFalse();
    assertThat(trie.lookup(prefix(32, 10, 1, 1, 9))).contains(5);
  }

  @Test
  void perCpuValuesComeOnePerPossibleCpu() {
    int cpus = Bpf.possibleCpus();
    BpfMap<Integer, List<Integer>> counters =
        collection.map("percpu_array", Codecs.U32, Codecs.perCpu(Codecs.U32, cpus));
    counters.update(1, Collections.nCopies(cpus, 100));
    collection.program("count").testRun(TestRunOptions.packet(new byte[64]).withRepeat(10));

    List<Integer> values = counters.lookup(1).orElseThrow();
    assertThat(values).hasSize(cpus);
    assertThat(values.stream().mapToInt(Integer::intValue).sum()).isEqualTo(100 * cpus + 640);
    assertThat(counters.entries()).hasSize(4).containsEntry(1, values);

    BpfMap<Integer, List<Long>> hash = collection.map("percpu_hash", Codecs.U32, Codecs.perCpu(Codecs.U64, cpus));
    hash.updateBatch(Map.of(7, Collections.nCopies(cpus, 7L), 8, Collections.nCopies(cpus, 8L)).entrySet());
    assertThat(hash.lookup(8)).contains(Collections.nCopies(cpus, 8L));
    assertThat(hash.deleteBatch(List.of(6, 7, 8))).isEqualTo(2);
  }

  @Test
  void devmapsHoldInterfaces() {
    int loopback = 1;
    BpfMap<Integer, Integer> devmap = collection.map("devmap", Codecs.U32, Codecs.U32);
    devmap.update(3, loopback);
    assertThat(devmap.lookup(3)).contains(loopback);
    assertThat(devmap.entries()).containsExactlyEntriesOf(Map.of(3, loopback));
    assertThat(devmap.delete(3)).isTrue();
    assertThat(devmap.entries()).isEmpty();

    BpfMap<Integer, byte[]> byHash = collection.map("devmap_hash", Codecs.U32, Codecs.bytes(8));
    byHash.update(77, new byte[] {1, 0, 0, 0, -1, -1, -1, -1});
    assertThat(byHash.entries()).hasSize(1).containsKey(77);
    assertThatExceptionOfType(BpfException.class).isThrownBy(() -> byHash.update(78, new byte[8]));
  }

  @Test
  void batchesThatAMapTypeLacksAreNamed() {
    BpfMap<Integer, Integer> devmap = collection.map("devmap", Codecs.U32, Codecs.U32);
    assertThatExceptionOfType(NotSupportedException.class)
        .isThrownBy(() -> devmap.updateBatch(Map.of(1, 1).entrySet()))
        .withMessageContaining("devmap");
  }

  @Test
  void codecsOfAnotherSizeAreRefused() {
    assertThatExceptionOfType(IncompatibleMapException.class)
        .isThrownBy(() -> collection.map("hash", Codecs.U32, Codecs.U32))
        .satisfies(e -> assertThat(e.differences())
            .containsExactly("key size in bytes: 8 -> 4", "value size in bytes: 8 -> 4"));
  }

  @Test
  void codecsThatLeaveBytesUnwrittenAreCaught() {
    Codec<Integer> careless = Codecs.of(8, (value, out) -> out.putInt(value), ByteBuffer::getInt);
    BpfMap<Integer, Long> map = collection.map("hash", careless, Codecs.U64);
    assertThatIllegalStateException().isThrownBy(() -> map.lookup(1)).withMessageContaining("at 4 instead of 8");
  }

  @Test
  void rawCallsCheckTheirBuffers() {
    RawMap map = collection.map("array");
    ByteBuffer direct = ByteBuffer.allocateDirect(8);
    assertThatIllegalArgumentException().isThrownBy(() -> map.lookup(ByteBuffer.allocate(4), direct));
    assertThatIllegalArgumentException().isThrownBy(() -> map.lookup(direct, direct.duplicate().position(4)));
    assertThat(map.lookup(direct.duplicate().position(4), ByteBuffer.allocateDirect(8))).isTrue();
  }

  @Test
  void frozenMapsRefuseWrites() {
    BpfMap<Integer, Long> map = collection.map("array", Codecs.U32, Codecs.U64);
    map.raw().freeze();
    assertThatExceptionOfType(BpfException.class).isThrownBy(() -> map.update(1, 1L))
        .satisfies(e -> assertThat(e.errnoName()).isEqualTo("EPERM"));
  }

  @Test
  void keysAreIteratedOneByOneToo() {
    RawMap map = collection.map("array");
    ByteBuffer previous = ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder());
    ByteBuffer next = ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder());
    Map<Integer, Integer> seen = new TreeMap<>();
    boolean more = map.nextKey(null, next);
    while (more) {
      seen.merge(next.getInt(0), 1, Integer::sum);
      previous.putInt(0, next.getInt(0));
      more = map.nextKey(previous, next);
    }
    assertThat(seen).hasSize(16).allSatisfy((key, times) -> assertThat(times).isEqualTo(1));
  }
}
