// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.map;

import io.xlvs.loader.BpfException;
import io.xlvs.loader.IncompatibleMapException;
import io.xlvs.loader.internal.Errno;
import io.xlvs.loader.internal.Scratch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A typed view of a live map. It owns nothing: whoever owns the {@link RawMap} closes it.
 *
 * <p>Calls may come from any thread. Keys and values pass through buffers that are reused, so a call allocates nothing but the
 * decoded value.
 *
 * @param <K> key
 * @param <V> value; for per-CPU maps a list, see {@link Codecs#perCpu}
 */
public final class BpfMap<K, V> {
  /** A batch is bounded in elements and in bytes: more makes no call cheaper. */
  private static final int BATCH_ENTRIES = 8192;

  private static final int BATCH_BYTES = 4 << 20;

  private final RawMap raw;
  private final Codec<K> keyCodec;
  private final Codec<V> valueCodec;
  private final int batchEntries;

  private BpfMap(RawMap raw, Codec<K> keyCodec, Codec<V> valueCodec) {
    this.raw = raw;
    this.keyCodec = keyCodec;
    this.valueCodec = valueCodec;
    this.batchEntries =
        Math.max(1, Math.min(BATCH_ENTRIES, BATCH_BYTES / (keyCodec.sizeBytes() + valueCodec.sizeBytes())));
  }

  /**
   * Binds codecs to a map.
   *
   * @throws IncompatibleMapException when a codec's size is not the map's
   */
  public static <K, V> BpfMap<K, V> of(RawMap raw, Codec<K> keyCodec, Codec<V> valueCodec) {
    List<String> differences = new ArrayList<>();
    if (raw.keySizeBytes() != keyCodec.sizeBytes()) {
      differences.add("key size in bytes: " + raw.keySizeBytes() + " -> " + keyCodec.sizeBytes());
    }
    if (raw.valueSizeBytes() != valueCodec.sizeBytes()) {
      differences.add("value size in bytes: " + raw.valueSizeBytes() + " -> " + valueCodec.sizeBytes());
    }
    if (!differences.isEmpty()) {
      throw new IncompatibleMapException(raw + " with its codecs", differences);
    }
    return new BpfMap<>(raw, keyCodec, valueCodec);
  }

  /** The map underneath. */
  public RawMap raw() {
    return raw;
  }

  /** The key's value; empty exactly when the key is absent. */
  public Optional<V> lookup(K key) {
    Scratch value = Scratch.values(valueCodec.sizeBytes());
    return raw.lookup(encodeKey(key), value.address()) ? Optional.of(decode(value)) : Optional.empty();
  }

  /** Creates or replaces the key's value. */
  public void update(K key, V value) {
    update(key, value, UpdateFlag.ANY);
  }

  /** Creates or replaces as {@code flag} allows; EEXIST or ENOENT is thrown. */
  public void update(K key, V value, UpdateFlag flag) {
    raw.check(put(key, value, flag), "update element in");
  }

  /** Creates the element; false, and nothing changed, when the key is present. */
  public boolean insert(K key, V value) {
    int result = put(key, value, UpdateFlag.NOEXIST);
    if (result == -Errno.EEXIST) {
      return false;
    }
    raw.check(result, "insert element into");
    return true;
  }

  /** Replaces the element; false, and nothing changed, when the key is absent. */
  public boolean replace(K key, V value) {
    int result = put(key, value, UpdateFlag.EXIST);
    if (result == -Errno.ENOENT) {
      return false;
    }
    raw.check(result, "replace element in");
    return true;
  }

  /** Removes the element; false when the key was absent. */
  public boolean delete(K key) {
    return raw.delete(encodeKey(key));
  }

  /** Reads and removes the element in one step; empty when the key was absent. */
  public Optional<V> lookupAndDelete(K key) {
    Scratch value = Scratch.values(valueCodec.sizeBytes());
    return raw.lookupAndDelete(encodeKey(key), value.address()) ? Optional.of(decode(value)) : Optional.empty();
  }

  /**
   * Creates or replaces many elements, thousands per system call.
   *
   * @return how many were written
   * @throws BpfException at the first failure; elements before it are written
   */
  public int updateBatch(Iterable<? extends Map.Entry<K, V>> entries) {
    BatchBuffers buffers = raw.takeBuffers(batchEntries);
    Iterator<? extends Map.Entry<K, V>> iterator = entries.iterator();
    int total = 0;
    while (iterator.hasNext()) {
      ByteBuffer keys = buffers.keys().clear();
      ByteBuffer values = buffers.values().clear();
      int count = 0;
      for (; count < batchEntries && iterator.hasNext(); count++) {
        Map.Entry<K, V> entry = iterator.next();
        encode(keyCodec, entry.getKey(), keys);
        encode(valueCodec, entry.getValue(), values);
      }
      raw.updateBatch(keys.clear(), values.clear(), count);
      total += count;
    }
    raw.giveBack(buffers);
    return total;
  }

  /** Removes many keys, skipping absent ones, and returns how many were present. */
  public int deleteBatch(Iterable<? extends K> keys) {
    BatchBuffers buffers = raw.takeBuffers(batchEntries);
    Iterator<? extends K> iterator = keys.iterator();
    int present = 0;
    while (iterator.hasNext()) {
      ByteBuffer packed = buffers.keys().clear();
      int count = 0;
      for (; count < batchEntries && iterator.hasNext(); count++) {
        encode(keyCodec, iterator.next(), packed);
      }
      present += raw.deleteBatch(packed.clear(), count);
    }
    raw.giveBack(buffers);
    return present;
  }

  /** Visits every element; see {@link MapCursor} for what concurrent changes do. The visitor may call this map. */
  public void forEach(BiConsumer<? super K, ? super V> visitor) {
    visit(raw.scan(batchEntries), visitor);
  }

  /** Visits and removes every element. Only hash maps can. */
  public void drain(BiConsumer<? super K, ? super V> visitor) {
    visit(raw.drain(batchEntries), visitor);
  }

  /** All elements, copied. */
  public Map<K, V> entries() {
    Map<K, V> copy = new LinkedHashMap<>();
    forEach(copy::put);
    return copy;
  }

  private void visit(MapCursor cursor, BiConsumer<? super K, ? super V> visitor) {
    try (cursor) {
      while (cursor.next()) {
        for (int i = 0; i < cursor.count(); i++) {
          K key = keyCodec.decode(cursor.keys().clear().position(i * keyCodec.sizeBytes()));
          V value = valueCodec.decode(cursor.values().clear().position(i * valueCodec.sizeBytes()));
          visitor.accept(key, value);
        }
      }
    }
  }

  private int put(K key, V value, UpdateFlag flag) {
    long keyAddress = encodeKey(key);
    Scratch scratch = Scratch.values(valueCodec.sizeBytes());
    encode(valueCodec, value, scratch.buffer());
    return raw.update(keyAddress, scratch.address(), flag);
  }

  private long encodeKey(K key) {
    Scratch scratch = Scratch.keys(keyCodec.sizeBytes());
    encode(keyCodec, key, scratch.buffer());
    return scratch.address();
  }

  private V decode(Scratch value) {
    return valueCodec.decode(value.buffer());
  }

  private static <T> void encode(Codec<T> codec, T value, ByteBuffer out) {
    int end = out.position() + codec.sizeBytes();
    codec.encode(value, out);
    if (out.position() != end) {
      throw new IllegalStateException(
          codec + " left the buffer at " + out.position() + " instead of " + end + " after encoding " + value);
    }
  }
}
