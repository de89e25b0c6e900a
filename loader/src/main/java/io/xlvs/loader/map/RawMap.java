// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.map;

import io.xlvs.loader.Bpf;
import io.xlvs.loader.BpfException;
import io.xlvs.loader.NotSupportedException;
import io.xlvs.loader.internal.Errno;
import io.xlvs.loader.internal.Fd;
import io.xlvs.loader.internal.Layout;
import io.xlvs.loader.internal.LibBpf;
import io.xlvs.loader.internal.Native;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A live map on the level of bytes. All buffers must be direct and in native byte order; a call uses the bytes from the
 * buffer's position on and leaves the position alone. Keys take {@link #keySizeBytes()}, values {@link #valueSizeBytes()}
 * bytes; batches are packed arrays of these.
 *
 * <p>Calls may come from any thread. The map must not be closed while another thread is in a call.
 */
public final class RawMap implements AutoCloseable {
  private final Fd fd;
  private final String name;
  private final String object;
  private final MapInfo info;
  private final int valueSizeBytes;
  private final LibBpf bpf = Native.bpf();

  /** One set of batch buffers is kept for the next batch call; whoever finds none allocates its own. */
  private final AtomicReference<BatchBuffers> spareBuffers = new AtomicReference<>();

  private RawMap(Fd fd, String nameOrNull) {
    this.fd = fd;
    this.info = readInfo(fd.get());
    this.name = nameOrNull == null ? info.name() : nameOrNull;
    this.object = "map '" + name + "'";
    this.valueSizeBytes = info.userValueSizeBytes(Bpf.possibleCpus());
  }

  /**
   * Takes ownership of a map's file descriptor.
   *
   * @param name the name for messages, or null for the kernel's (truncated) one
   */
  public static RawMap adopt(int mapFd, String name) {
    Fd fd = new Fd(mapFd, name == null ? "map" : "map '" + name + "'");
    try {
      return new RawMap(fd, name);
    } catch (RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  /** As {@link #adopt}, with a duplicate: {@code mapFd} stays with its owner. */
  public static RawMap adoptCopy(int mapFd, String name) {
    return new RawMap(Fd.duplicate(mapFd, "map '" + name + "'"), name);
  }

  /** Opens a pinned map; the caller closes it. */
  public static RawMap openPinned(Path path) {
    int mapFd = Native.check(Native.bpf().bpf_obj_get(path.toString()), "open pinned", "map " + path);
    return adopt(mapFd, null);
  }

  /** Opens a map by the kernel's id (needs CAP_SYS_ADMIN); the caller closes it. */
  public static RawMap openById(int id) {
    return adopt(Native.check(Native.bpf().bpf_map_get_fd_by_id(id), "open", "map with id " + id), null);
  }

  /**
   * Creates a map that belongs to no object file; the caller closes it.
   *
   * @param name at most 15 characters
   * @param flags {@code BPF_F_*}, see {@link MapInfo}
   */
  public static RawMap create(
      String name, MapType type, int keySizeBytes, int valueSizeBytes, int maxEntries, int flags) {
    ByteBuffer options = Native.allocate(Layout.MAP_CREATE_SIZE);
    options.putLong(0, Layout.MAP_CREATE_SIZE).putInt(Layout.MAP_CREATE_MAP_FLAGS, flags);
    int mapFd =
        Native.bpf()
            .bpf_map_create(type.number(), name, keySizeBytes, valueSizeBytes, maxEntries, Native.address(options));
    return adopt(Native.check(mapFd, "create", "map '" + name + "'"), name);
  }

  /** A second descriptor of this map with a life of its own; the caller closes it. */
  public RawMap duplicate() {
    return new RawMap(Fd.duplicate(fd.get(), object), name);
  }

  /** Name in the object file where known, else the kernel's. */
  public String name() {
    return name;
  }

  /** The map's descriptor; it stays owned by this object. */
  public int fd() {
    return fd.get();
  }

  /** The kernel's description, read when the map was opened. */
  public MapInfo info() {
    return info;
  }

  /** Size of a key in bytes. */
  public int keySizeBytes() {
    return info.keySizeBytes();
  }

  /** Size of a value in bytes as calls hand it over: all CPUs' values in per-CPU maps. */
  public int valueSizeBytes() {
    return valueSizeBytes;
  }

  /** Copies the key's value into {@code value}; false when the key is absent. */
  public boolean lookup(ByteBuffer key, ByteBuffer value) {
    return lookup(at(key, keySizeBytes()), at(value, valueSizeBytes));
  }

  boolean lookup(long key, long value) {
    return found(bpf.bpf_map_lookup_elem_flags(fd.get(), key, value, 0), "look up element in");
  }

  /** Creates or replaces an element as {@code flag} allows. */
  public void update(ByteBuffer key, ByteBuffer value, UpdateFlag flag) {
    check(update(at(key, keySizeBytes()), at(value, valueSizeBytes), flag), "update element in");
  }

  /** Returns 0 or a negative error number. */
  int update(long key, long value, UpdateFlag flag) {
    return bpf.bpf_map_update_elem(fd.get(), key, value, flag.bits());
  }

  /** Removes an element; false when the key was absent. */
  public boolean delete(ByteBuffer key) {
    return delete(at(key, keySizeBytes()));
  }

  boolean delete(long key) {
    return found(bpf.bpf_map_delete_elem(fd.get(), key), "delete element in");
  }

  /** Copies and removes an element in one step; false when the key was absent. */
  public boolean lookupAndDelete(ByteBuffer key, ByteBuffer value) {
    return lookupAndDelete(at(key, keySizeBytes()), at(value, valueSizeBytes));
  }

  boolean lookupAndDelete(long key, long value) {
    return found(bpf.bpf_map_lookup_and_delete_elem(fd.get(), key, value), "take element from");
  }

  /**
   * Writes the key after {@code previous} (the first one for null) into {@code next}; false at the end. A hash map starts over
   * when {@code previous} has been removed meanwhile.
   */
  public boolean nextKey(ByteBuffer previous, ByteBuffer next) {
    long from = previous == null ? 0 : at(previous, keySizeBytes());
    return found(bpf.bpf_map_get_next_key(fd.get(), from, at(next, keySizeBytes())), "iterate");
  }

  /**
   * Creates or replaces {@code count} elements in one call (the kernel offers no other flag here).
   *
   * @throws BpfException when an element fails; those before it are written, and the message tells how many
   */
  public void updateBatch(ByteBuffer keys, ByteBuffer values, int count) {
    if (count == 0) {
      return;
    }
    BatchArguments arguments = BatchArguments.get().prepare(count);
    long keyAddress = at(keys, Math.multiplyExact(keySizeBytes(), count));
    long valueAddress = at(values, Math.multiplyExact(valueSizeBytes, count));
    int result =
        bpf.bpf_map_update_batch(
            fd.get(), keyAddress, valueAddress, arguments.countAddress(), arguments.optionsAddress());
    checkBatch(result, "update batch of", arguments.done(count), count);
  }

  /** Removes {@code count} keys, skipping absent ones, and returns how many were present. */
  public int deleteBatch(ByteBuffer keys, int count) {
    long address = at(keys, Math.multiplyExact(keySizeBytes(), count));
    int present = 0;
    int done = 0;
    while (done < count) {
      BatchArguments arguments = BatchArguments.get().prepare(count - done);
      long from = address + (long) done * keySizeBytes();
      int result = bpf.bpf_map_delete_batch(fd.get(), from, arguments.countAddress(), arguments.optionsAddress());
      int removed = result == 0 ? count - done : arguments.done(count - done);
      if (result != 0 && result != -Errno.ENOENT) {
        checkBatch(result, "delete batch from", present + removed, count);
      }
      present += removed;
      // The kernel stops at an absent key: step over it.
      done += removed + (result == 0 ? 0 : 1);
    }
    return present;
  }

  /** Reads the whole map, {@code batchEntries} elements a call where the map type can; the caller closes the cursor. */
  public MapCursor scan(int batchEntries) {
    return new MapCursor(this, batchEntries, false);
  }

  /** As {@link #scan}, and removes what it reads. Only hash maps can. */
  public MapCursor drain(int batchEntries) {
    return new MapCursor(this, batchEntries, true);
  }

  /** One batch read: 0 or a negative error number; the count is left in {@code arguments}. */
  int readBatch(long inToken, long outToken, BatchBuffers buffers, BatchArguments arguments, boolean remove) {
    int mapFd = fd.get();
    long count = arguments.countAddress();
    long options = arguments.optionsAddress();
    long keys = buffers.keysAddress();
    long values = buffers.valuesAddress();
    return remove
        ? bpf.bpf_map_lookup_and_delete_batch(mapFd, inToken, outToken, keys, values, count, options)
        : bpf.bpf_map_lookup_batch(mapFd, inToken, outToken, keys, values, count, options);
  }

  BatchBuffers takeBuffers(int entries) {
    BatchBuffers spare = spareBuffers.getAndSet(null);
    return spare != null && spare.entries() >= entries ? spare : new BatchBuffers(entries, keySizeBytes(), valueSizeBytes);
  }

  void giveBack(BatchBuffers buffers) {
    spareBuffers.set(buffers);
  }

  /** Makes the map unwritable from user space for good (programs may still write unless created RDONLY_PROG). */
  public void freeze() {
    check(bpf.bpf_map_freeze(fd.get()), "freeze");
  }

  /** Pins the map under a path on a bpffs; the pin keeps the map alive after every descriptor is closed. */
  public void pin(Path path) {
    int result = bpf.bpf_obj_pin(fd.get(), path.toString());
    if (result < 0) {
      throw new BpfException("pin", object + " at " + path, -result);
    }
  }

  /** Removes a pin; false when there was none. */
  public static boolean unpin(Path path) {
    try {
      return Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException("unpin " + path, e);
    }
  }

  /** Closes the descriptor; the kernel frees the map when no program, pin or descriptor holds it. Idempotent. */
  @Override
  public void close() {
    fd.close();
  }

  @Override
  public String toString() {
    return object;
  }

  private static MapInfo readInfo(int mapFd) {
    ByteBuffer raw = Native.allocate(Layout.MAP_INFO_SIZE);
    ByteBuffer size = Native.allocate(4).putInt(0, Layout.MAP_INFO_SIZE);
    int result = Native.bpf().bpf_obj_get_info_by_fd(mapFd, Native.address(raw), Native.address(size));
    Native.check(result, "describe", "map with fd " + mapFd);
    return new MapInfo(
        raw.getInt(Layout.MAP_INFO_ID),
        MapType.of(raw.getInt(Layout.MAP_INFO_TYPE)),
        Native.string(raw, Layout.MAP_INFO_NAME, Layout.OBJECT_NAME_BYTES),
        raw.getInt(Layout.MAP_INFO_KEY_SIZE),
        raw.getInt(Layout.MAP_INFO_VALUE_SIZE),
        raw.getInt(Layout.MAP_INFO_MAX_ENTRIES),
        raw.getInt(Layout.MAP_INFO_MAP_FLAGS));
  }

  /** The address of the buffer's position; the native side trusts it, so the room behind it is checked here. */
  private static long at(ByteBuffer buffer, int neededBytes) {
    if (!buffer.isDirect() || buffer.remaining() < neededBytes) {
      throw new IllegalArgumentException(
          "buffer must be direct with " + neededBytes + " bytes from its position: " + buffer);
    }
    return Native.address(buffer) + buffer.position();
  }

  private boolean found(int result, String operation) {
    if (result == -Errno.ENOENT) {
      return false;
    }
    check(result, operation);
    return true;
  }

  void check(int result, String operation) {
    if (result == -Errno.ENOTSUPP) {
      throw new NotSupportedException(operation + " " + object + " (" + info.type() + ")", "", Errno.ENOTSUPP);
    }
    if (result < 0) {
      throw new BpfException(operation, object, -result);
    }
  }

  private void checkBatch(int result, String operation, int done, int count) {
    if (result < 0 && result != -Errno.ENOTSUPP) {
      throw new BpfException(operation, object, -result, "after " + done + " of " + count + " elements");
    }
    check(result, operation);
  }
}
