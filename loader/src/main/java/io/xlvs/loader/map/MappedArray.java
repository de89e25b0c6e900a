// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.map;

import io.xlvs.loader.BpfException;
import io.xlvs.loader.internal.Errno;
import io.xlvs.loader.internal.Native;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * An array map of this process's address space ({@code BPF_F_MMAPABLE}): reads and writes go to the memory that programs see,
 * without system calls. Offsets are in bytes from the start of the map and may exceed 2 GiB; element {@code i} starts at
 * {@code i *} {@link #strideBytes()}.
 *
 * <p>Plain accessors have plain memory semantics. To publish a record, write its bytes, then store its word with
 * {@link #putLongRelease} or {@link #compareAndSetLong}. 32-bit and 64-bit accessors need offsets aligned to their size.
 *
 * <p>After {@link #close()} the memory is gone: accessors throw, but buffers handed out by {@link #buffers()} must not be
 * touched any more, nor may any thread be in a call while it is closed.
 */
public final class MappedArray implements AutoCloseable {
  private static final int SEGMENT_SHIFT = 30;
  private static final long SEGMENT_BYTES = 1L << SEGMENT_SHIFT;
  private static final long PAGE_BYTES = 4096;
  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

  private final String object;
  private final int strideBytes;
  private final long sizeBytes;
  private final long address;
  private final long mappedBytes;
  private ByteBuffer[] segments;

  private MappedArray(RawMap map, boolean writable) {
    this.object = map.toString();
    this.strideBytes = map.info().strideBytes();
    this.sizeBytes = (long) strideBytes * Integer.toUnsignedLong(map.info().maxEntries());
    this.mappedBytes = (sizeBytes + PAGE_BYTES - 1) & -PAGE_BYTES;
    if ((map.info().flags() & MapInfo.MMAPABLE) == 0) {
      throw new BpfException("map into memory", object, Errno.EPERM, "needs an array created with BPF_F_MMAPABLE");
    }
    this.address = Native.mapShared(map.fd(), mappedBytes, writable, object);
    List<ByteBuffer> parts = new ArrayList<>();
    for (long at = 0; at < sizeBytes; at += SEGMENT_BYTES) {
      ByteBuffer part = Native.view(address + at, (int) Math.min(SEGMENT_BYTES, sizeBytes - at));
      parts.add(writable ? part : part.asReadOnlyBuffer().order(ByteOrder.nativeOrder()));
    }
    this.segments = parts.toArray(ByteBuffer[]::new);
  }

  /** Maps an array for reading and writing; the caller closes it. The {@link RawMap} may be closed before. */
  public static MappedArray map(RawMap map) {
    return new MappedArray(map, true);
  }

  /** Maps an array for reading only, which frozen maps (.rodata) need. */
  public static MappedArray mapReadOnly(RawMap map) {
    return new MappedArray(map, false);
  }

  /** Distance of elements: the value size rounded up to 8 bytes. */
  public int strideBytes() {
    return strideBytes;
  }

  /** Stride times capacity. */
  public long sizeBytes() {
    return sizeBytes;
  }

  /** The memory as direct buffers of 1 GiB each (the last one shorter), in native byte order; see the class about closing. */
  public List<ByteBuffer> buffers() {
    List<ByteBuffer> copies = new ArrayList<>();
    for (ByteBuffer segment : open()) {
      copies.add(segment.duplicate().order(ByteOrder.nativeOrder()));
    }
    return copies;
  }

  public int getInt(long offset) {
    return segment(offset).getInt(index(offset));
  }

  public void putInt(long offset, int value) {
    segment(offset).putInt(index(offset), value);
  }

  public long getLong(long offset) {
    return segment(offset).getLong(index(offset));
  }

  public void putLong(long offset, long value) {
    segment(offset).putLong(index(offset), value);
  }

  /** Reads the word with volatile semantics. */
  public int getIntVolatile(long offset) {
    return (int) INT.getVolatile(segment(offset), index(offset));
  }

  /** Writes the word after all writes before it. */
  public void putIntRelease(long offset, int value) {
    INT.setRelease(segment(offset), index(offset), value);
  }

  /** Reads the word with volatile semantics. */
  public long getLongVolatile(long offset) {
    return (long) LONG.getVolatile(segment(offset), index(offset));
  }

  /** Writes the word with volatile semantics: after all writes before it, before all reads after it. */
  public void putLongVolatile(long offset, long value) {
    LONG.setVolatile(segment(offset), index(offset), value);
  }

  /** Writes the word after all writes before it. */
  public void putLongRelease(long offset, long value) {
    LONG.setRelease(segment(offset), index(offset), value);
  }

  /** Replaces the word if it is {@code expected}; atomic against programs and other processes, too. */
  public boolean compareAndSetLong(long offset, long expected, long value) {
    return LONG.compareAndSet(segment(offset), index(offset), expected, value);
  }

  /** Adds to the word atomically and returns what it was. */
  public long getAndAddLong(long offset, long delta) {
    return (long) LONG.getAndAdd(segment(offset), index(offset), delta);
  }

  /** Copies bytes into the map from {@code source}'s position to its limit. */
  public void putBytes(long offset, ByteBuffer source) {
    ByteBuffer from = source.duplicate();
    long at = offset;
    while (from.hasRemaining()) {
      ByteBuffer segment = segment(at);
      int chunk = Math.min(from.remaining(), segment.capacity() - index(at));
      segment.put(index(at), from, from.position(), chunk);
      from.position(from.position() + chunk);
      at += chunk;
    }
  }

  /** Copies bytes into the map. */
  public void putBytes(long offset, byte[] source) {
    putBytes(offset, ByteBuffer.wrap(source));
  }

  /** Fills {@code target} from the map. */
  public void getBytes(long offset, byte[] target) {
    int done = 0;
    while (done < target.length) {
      ByteBuffer segment = segment(offset + done);
      int chunk = Math.min(target.length - done, segment.capacity() - index(offset + done));
      segment.get(index(offset + done), target, done, chunk);
      done += chunk;
    }
  }

  /** Unmaps the memory; the map lives on. Idempotent. */
  @Override
  public void close() {
    if (segments == null) {
      return;
    }
    segments = null;
    Native.checkErrno(Native.libc().munmap(address, mappedBytes), "unmap", object);
  }


  private ByteBuffer[] open() {
    ByteBuffer[] current = segments;
    if (current == null) {
      throw new IllegalStateException("mapping of " + object + " is closed");
    }
    return current;
  }

  private ByteBuffer segment(long offset) {
    if (offset < 0 || offset >= sizeBytes) {
      throw new IndexOutOfBoundsException("offset " + offset + " in " + object + " of " + sizeBytes + " bytes");
    }
    return open()[(int) (offset >>> SEGMENT_SHIFT)];
  }

  private static int index(long offset) {
    return (int) (offset & (SEGMENT_BYTES - 1));
  }
}
