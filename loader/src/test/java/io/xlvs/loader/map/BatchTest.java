// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.xlvs.loader.Bpf;
import io.xlvs.loader.BpfException;
import io.xlvs.loader.testing.FdLeakExtension;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FdLeakExtension.class)
class BatchTest {
  private static final int ENTRIES = 65536;

  private static Map<Integer, Long> numbers(int count) {
    Map<Integer, Long> numbers = new LinkedHashMap<>();
    IntStream.range(0, count).forEach(i -> numbers.put(i, i * 3L));
    return numbers;
  }

  private static RawMap create(MapType type, int maxEntries) {
    Bpf.availability().ensure();
    return RawMap.create("batch", type, 4, 8, maxEntries, 0);
  }

  @Test
  void hashIsFilledReadAndEmptiedInBatches() {
    try (RawMap raw = create(MapType.HASH, ENTRIES)) {
      BpfMap<Integer, Long> map = BpfMap.of(raw, Codecs.U32, Codecs.U64);
      assertThat(map.updateBatch(numbers(ENTRIES).entrySet())).isEqualTo(ENTRIES);
      assertThat(map.entries()).isEqualTo(numbers(ENTRIES));

      List<Integer> even = IntStream.range(0, ENTRIES + 100).filter(i -> i % 2 == 0).boxed().toList();
      assertThat(map.deleteBatch(even)).isEqualTo(ENTRIES / 2);
      assertThat(map.deleteBatch(even)).isZero();
      assertThat(map.entries()).hasSize(ENTRIES / 2);

      Map<Integer, Long> drained = new HashMap<>();
      map.drain(drained::put);
      assertThat(drained).hasSize(ENTRIES / 2).containsEntry(1, 3L);
      assertThat(map.entries()).isEmpty();
    }
  }

  @Test
  void arrayIsFilledAndReadInBatches() {
    try (RawMap raw = create(MapType.ARRAY, ENTRIES)) {
      BpfMap<Integer, Long> map = BpfMap.of(raw, Codecs.U32, Codecs.U64);
      map.updateBatch(numbers(ENTRIES).entrySet());
      assertThat(map.entries()).isEqualTo(numbers(ENTRIES));
    }
  }

  @Test
  void failedBatchTellsHowFarItCame() {
    try (RawMap raw = create(MapType.HASH, 100)) {
      BpfMap<Integer, Long> map = BpfMap.of(raw, Codecs.U32, Codecs.U64);
      assertThatExceptionOfType(BpfException.class)
          .isThrownBy(() -> map.updateBatch(numbers(200).entrySet()))
          .withMessageContaining("E2BIG")
          .withMessageContaining("after 100 of 200 elements");
      assertThat(map.entries()).hasSize(100);
    }
  }

  @Test
  void cursorGrowsWhenABucketIsLargerThanItsBuffers() {
    try (RawMap raw = create(MapType.HASH, 4096)) {
      BpfMap<Integer, Long> map = BpfMap.of(raw, Codecs.U32, Codecs.U64);
      map.updateBatch(numbers(4096).entrySet());
      int seen = 0;
      try (MapCursor cursor = raw.scan(1)) {
        while (cursor.next()) {
          seen += cursor.count();
        }
      }
      assertThat(seen).isEqualTo(4096);
    }
  }

  @Test
  void visitorsMayCallTheMapTheyVisit() {
    try (RawMap raw = create(MapType.HASH, 1000)) {
      BpfMap<Integer, Long> map = BpfMap.of(raw, Codecs.U32, Codecs.U64);
      map.updateBatch(numbers(1000).entrySet());
      List<Integer> wrong = new ArrayList<>();
      map.forEach((key, value) -> {
        if (!map.lookup(key).equals(Optional.of(value)) || map.entries().size() != 1000) {
          wrong.add(key);
        }
      });
      assertThat(wrong).isEmpty();
    }
  }

  @Test
  void emptyBatchesAndMapsAreFine() {
    try (RawMap raw = create(MapType.HASH, 10)) {
      BpfMap<Integer, Long> map = BpfMap.of(raw, Codecs.U32, Codecs.U64);
      assertThat(map.updateBatch(List.of())).isZero();
      assertThat(map.deleteBatch(List.of())).isZero();
      assertThat(map.entries()).isEmpty();
    }
  }
}
