// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.MappedArray;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Memory of a table that the data plane reads: a mapped array, or plain memory in tests. Offsets are in bytes and aligned to
 * the word's size; words are in native byte order.
 */
public interface TableMemory {
  /** Bytes of the table. */
  long sizeBytes();

  /** Reads a word. */
  int getInt(long offset);

  /** Writes a word. */
  void putInt(long offset, int value);

  /** Writes a word after all writes before it. */
  void putIntRelease(long offset, int value);

  /** Reads a word. */
  long getLong(long offset);

  /** Writes a word in one step, after all writes before it. */
  void putLongRelease(long offset, long value);

  /** The memory that programs see. */
  static TableMemory of(MappedArray array) {
    return new TableMemory() {
      @Override
      public long sizeBytes() {
        return array.sizeBytes();
      }

      @Override
      public int getInt(long offset) {
        return array.getInt(offset);
      }

      @Override
      public void putInt(long offset, int value) {
        array.putInt(offset, value);
      }

      @Override
      public void putIntRelease(long offset, int value) {
        array.putIntRelease(offset, value);
      }

      @Override
      public long getLong(long offset) {
        return array.getLong(offset);
      }

      @Override
      public void putLongRelease(long offset, long value) {
        array.putLongRelease(offset, value);
      }
    };
  }

  /** Memory of this process alone, at most 2 GiB: for tests and simulations. */
  static TableMemory allocate(int sizeBytes) {
    VarHandle ints = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());
    VarHandle longs = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
    ByteBuffer memory = ByteBuffer.allocateDirect(sizeBytes).order(ByteOrder.nativeOrder());
    return new TableMemory() {
      @Override
      public long sizeBytes() {
        return sizeBytes;
      }

      @Override
      public int getInt(long offset) {
        return memory.getInt(Math.toIntExact(offset));
      }

      @Override
      public void putInt(long offset, int value) {
        memory.putInt(Math.toIntExact(offset), value);
      }

      @Override
      public void putIntRelease(long offset, int value) {
        ints.setRelease(memory, Math.toIntExact(offset), value);
      }

      @Override
      public long getLong(long offset) {
        return memory.getLong(Math.toIntExact(offset));
      }

      @Override
      public void putLongRelease(long offset, long value) {
        longs.setRelease(memory, Math.toIntExact(offset), value);
      }
    };
  }
}
