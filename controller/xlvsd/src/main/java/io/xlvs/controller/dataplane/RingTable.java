// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Region;
import io.xlvs.bpf.RegionArena;
import io.xlvs.bpf.RingLine;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.loader.GracePeriod;
import io.xlvs.loader.map.MappedArray;

/** The rings that the data plane picks servers from: the map rings. */
final class RingTable {
  private final MappedArray rings;
  private final RegionArena arena;

  RingTable(XlvsObjects objects) {
    this.rings = objects.rings();
    this.arena = new RegionArena(Math.toIntExact(rings.sizeBytes() / Integer.BYTES), RingLine.ENTRIES);
  }

  long used() {
    return arena.used();
  }

  long capacity() {
    return arena.capacity();
  }

  /** Entries that a ring of this length takes. */
  long occupied(int length) {
    return arena.occupied(length);
  }

  void takeOver(Region region) {
    arena.reserve(region);
  }

  /** Room for a ring, or null; rings given back earlier become free after a grace period. */
  Region allocate(int length) {
    Region region = arena.allocate(length);
    if (region == null && arena.hasRetired()) {
      GracePeriod.await();
      arena.reclaim();
      region = arena.allocate(length);
    }
    return region;
  }

  /** Gives back a region that no reader has seen. */
  void release(Region region) {
    arena.release(region);
  }

  /** Gives back a region that readers may be in. */
  void retire(Region region) {
    arena.retire(region);
  }

  /** Whether the region holds exactly these words. */
  boolean equals(Region region, int[] words) {
    if (region.length() != words.length) {
      return false;
    }
    for (int i = 0; i < words.length; i++) {
      if (rings.getInt(offset(region, i)) != words[i]) {
        return false;
      }
    }
    return true;
  }

  void write(Region region, int[] words) {
    for (int i = 0; i < words.length; i++) {
      rings.putInt(offset(region, i), words[i]);
    }
  }

  private static long offset(Region region, int entry) {
    return (Integer.toUnsignedLong(region.offset()) + entry) * Integer.BYTES;
  }
}
