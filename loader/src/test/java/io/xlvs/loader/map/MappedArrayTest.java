// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.xlvs.loader.Bpf;
import io.xlvs.loader.BpfException;
import io.xlvs.loader.testing.FdLeakExtension;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FdLeakExtension.class)
class MappedArrayTest {
  private static final int MMAPABLE = MapInfo.MMAPABLE;

  private static RawMap create(int valueSizeBytes, int maxEntries, int flags) {
    Bpf.availability().ensure();
    return RawMap.create("mapped", MapType.ARRAY, 4, valueSizeBytes, maxEntries, flags);
  }

  @Test
  void writesAreSeenThroughSystemCallsAndBack() {
    try (RawMap raw = create(12, 1000, MMAPABLE); MappedArray memory = MappedArray.map(raw)) {
      BpfMap<Integer, byte[]> map = BpfMap.of(raw, Codecs.U32, Codecs.bytes(12));
      assertThat(memory.strideBytes()).isEqualTo(16);
      assertThat(memory.sizeBytes()).isEqualTo(16000);

      memory.putBytes(16L * 999, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
      assertThat(map.lookup(999)).contains(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});

      map.update(1, new byte[] {42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
      assertThat(memory.getInt(16)).isEqualTo(42);
    }
  }

  @Test
  void wordsAreWrittenAndSwapped() {
    try (RawMap raw = create(8, 10, MMAPABLE); MappedArray memory = MappedArray.map(raw)) {
      memory.putLong(8, 5);
      assertThat(memory.compareAndSetLong(8, 4, 6)).isFalse();
      assertThat(memory.compareAndSetLong(8, 5, 6)).isTrue();
      assertThat(memory.getLongVolatile(8)).isEqualTo(6);
      assertThat(memory.getAndAddLong(8, 10)).isEqualTo(6);
      memory.putLongRelease(16, memory.getLong(8));
      memory.putLongVolatile(24, -1);
      memory.putIntRelease(32, 7);
      memory.putInt(36, 8);
      assertThat(memory.getLong(16)).isEqualTo(16);
      assertThat(memory.getLong(24)).isEqualTo(-1);
      assertThat(memory.getIntVolatile(32) + memory.getInt(36)).isEqualTo(15);
      assertThat(memory.getLong(0)).isZero();
      assertThat(memory.getLong(40)).isZero();
    }
  }

  @Test
  void mapsLargerThanTwoGibibytesAreReachedToTheLastByte() {
    int valueSizeBytes = 1 << 16;
    int entries = (1 << 15) + 1;
    try (RawMap raw = create(valueSizeBytes, entries, MMAPABLE); MappedArray memory = MappedArray.map(raw)) {
      long last = (long) valueSizeBytes * entries - 8;
      assertThat(last).isGreaterThan(1L << 31);
      memory.putLong(last, 0x1234);
      ByteBuffer value = ByteBuffer.allocateDirect(valueSizeBytes).order(ByteOrder.nativeOrder());
      ByteBuffer key = ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder()).putInt(0, entries - 1);
      assertThat(raw.lookup(key, value)).isTrue();
      assertThat(value.getLong(valueSizeBytes - 8)).isEqualTo(0x1234);

      byte[] across = {1, 2, 3, 4, 5, 6};
      byte[] back = new byte[6];
      memory.putBytes((1L << 30) - 3, across);
      memory.getBytes((1L << 30) - 3, back);
      assertThat(back).isEqualTo(across);
      assertThat(memory.buffers()).hasSize(3);
      assertThat(memory.buffers().get(1).get(2)).isEqualTo((byte) 6);
    }
  }

  @Test
  void offsetsOutsideAreRefused() {
    try (RawMap raw = create(8, 10, MMAPABLE); MappedArray memory = MappedArray.map(raw)) {
      assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> memory.getLong(80));
      assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> memory.getLong(-8));
      assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> memory.getLong(73));
      assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> memory.putBytes(79, new byte[2]));
    }
  }

  @Test
  void readOnlyMappingsRefuseWrites() {
    try (RawMap raw = create(8, 10, MMAPABLE)) {
      raw.freeze();
      assertThatExceptionOfType(BpfException.class).isThrownBy(() -> MappedArray.map(raw))
          .satisfies(e -> assertThat(e.errnoName()).isEqualTo("EPERM"));
      try (MappedArray memory = MappedArray.mapReadOnly(raw)) {
        assertThat(memory.getLong(0)).isZero();
        assertThatExceptionOfType(ReadOnlyBufferException.class).isThrownBy(() -> memory.putLong(0, 1));
      }
    }
  }

  @Test
  void ordinaryArraysCannotBeMapped() {
    try (RawMap raw = create(8, 10, 0)) {
      assertThatExceptionOfType(BpfException.class).isThrownBy(() -> MappedArray.map(raw))
          .withMessageContaining("BPF_F_MMAPABLE");
    }
  }

  @Test
  void closedMappingsRefuseAccess() {
    try (RawMap raw = create(8, 10, MMAPABLE)) {
      MappedArray memory = MappedArray.map(raw);
      memory.close();
      memory.close();
      assertThatIllegalStateException().isThrownBy(() -> memory.getLong(0));
    }
  }
}
