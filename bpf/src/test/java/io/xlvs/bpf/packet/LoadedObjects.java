// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import io.xlvs.loader.Collection;
import io.xlvs.loader.map.BpfMap;
import io.xlvs.loader.map.Codecs;
import io.xlvs.loader.map.MapInfo;
import io.xlvs.loader.map.MappedArray;
import io.xlvs.loader.map.RawMap;
import io.xlvs.loader.map.UpdateFlag;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Objects that the kernel has verified, kept for the next test that wants the same programs with the same settings: verifying takes more than
 * a second, emptying all maps a few milliseconds. The maps of an object that is taken are as empty as new ones.
 */
final class LoadedObjects {
  private static final int KEPT = 4;

  /** By whatever tells one kind from another; the one that was used longest ago comes first. */
  private static final Map<Object, Collection> IDLE = new LinkedHashMap<>();

  private LoadedObjects() {}

  /** One for the caller alone, until it is given back. */
  static Collection take(Object kind, Supplier<Collection> load) {
    Collection idle = IDLE.remove(kind);
    if (idle == null) {
      return load.get();
    }
    idle.maps().values().forEach(LoadedObjects::empty);
    return idle;
  }

  static void giveBack(Object kind, Collection collection) {
    Collection other = IDLE.put(kind, collection);
    if (other != null) {
      other.close();
    }
    if (IDLE.size() > KEPT) {
      IDLE.remove(IDLE.keySet().iterator().next()).close();
    }
  }

  private static void empty(RawMap map) {
    MapInfo info = map.info();
    switch (info.type()) {
      case HASH, LRU_HASH, DEVMAP_HASH -> removeAll(map);
      case PERCPU_ARRAY -> zeroPerCpu(map, info);
      case ARRAY -> {
        if ((info.flags() & MapInfo.RDONLY_PROG) == 0) {
          zero(map);
        }
      }
      default -> throw new IllegalStateException("how is " + map + ", a " + info.type() + ", emptied?");
    }
  }

  private static void removeAll(RawMap map) {
    BpfMap<byte[], byte[]> entries = BpfMap.of(map, Codecs.bytes(map.keySizeBytes()), Codecs.bytes(map.valueSizeBytes()));
    entries.entries().keySet().forEach(entries::delete);
  }

  private static void zero(RawMap map) {
    try (MappedArray array = MappedArray.map(map)) {
      for (ByteBuffer part : array.buffers()) {
        part.clear().put(new byte[part.capacity()]);
      }
    }
  }

  private static void zeroPerCpu(RawMap map, MapInfo info) {
    ByteBuffer key = ByteBuffer.allocateDirect(Integer.BYTES).order(ByteOrder.nativeOrder());
    ByteBuffer zeros = ByteBuffer.allocateDirect(map.valueSizeBytes());
    for (int index = 0; index < info.maxEntries(); index++) {
      map.update(key.clear().putInt(index).flip(), zeros.clear(), UpdateFlag.ANY);
    }
  }
}
