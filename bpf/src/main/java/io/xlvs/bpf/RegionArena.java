// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Hands out regions of a table: of rings to schedulers, of local_addresses to FULLNAT services. A region that readers may
 * still be in is {@link #retire retired} and becomes free only by {@link #reclaim}, which the caller calls after a grace
 * period. One thread at a time.
 */
public final class RegionArena {
  private final int granule;
  private final int capacity;

  /** Free space: length by offset, in entries; neighbours are always merged. */
  private final TreeMap<Integer, Integer> free = new TreeMap<>();

  private final List<Region> retired = new ArrayList<>();
  private long used;

  /**
   * @param capacity entries of the table, up to 2^31 - 1
   * @param granule regions begin at and occupy multiples of so many entries: entries of a cache line
   */
  public RegionArena(int capacity, int granule) {
    this.granule = granule;
    this.capacity = capacity / granule * granule;
    if (this.capacity > 0) {
      free.put(0, this.capacity);
    }
  }

  /** Entries that can be handed out. */
  public long capacity() {
    return capacity;
  }

  /** Entries that are not free, retired ones included. */
  public long used() {
    return used;
  }

  /** Entries that a region of this length occupies. */
  public int occupied(int length) {
    return Math.multiplyExact(Math.floorDiv(length + granule - 1, granule), granule);
  }

  /** Whether regions are waiting for {@link #reclaim}. */
  public boolean hasRetired() {
    return !retired.isEmpty();
  }

  /**
   * A region of {@code length} entries, or null when there is no free stretch as long.
   *
   * @param length 0 gives {@link Region#NONE}
   */
  public Region allocate(int length) {
    if (length == 0) {
      return Region.NONE;
    }
    int need = occupied(length);
    for (Map.Entry<Integer, Integer> stretch : free.entrySet()) {
      if (stretch.getValue() >= need) {
        int offset = stretch.getKey();
        take(offset, stretch.getValue(), offset, need);
        return new Region(offset, length);
      }
    }
    return null;
  }

  /**
   * Marks a region as handed out: what a map held before this process started.
   *
   * @throws IllegalStateException when part of it is handed out already
   */
  public void reserve(Region region) {
    if (region.length() == 0) {
      return;
    }
    Map.Entry<Integer, Integer> stretch = free.floorEntry(region.offset());
    int need = occupied(region.length());
    if (stretch == null || region.offset() % granule != 0 || stretch.getKey() + stretch.getValue() < region.offset() + need) {
      throw new IllegalStateException(region + " overlaps another or lies outside of the table");
    }
    take(stretch.getKey(), stretch.getValue(), region.offset(), need);
  }

  /** Gives a region back once no reader can be in it; {@link Region#NONE} is ignored. */
  public void retire(Region region) {
    if (region.length() > 0) {
      retired.add(region);
    }
  }

  /** Frees what was retired; the caller has waited for a grace period since. */
  public void reclaim() {
    retired.forEach(this::release);
    retired.clear();
  }

  /** Frees a region at once: for one that was never published. */
  public void release(Region region) {
    if (region.length() == 0) {
      return;
    }
    int offset = region.offset();
    int length = occupied(region.length());
    used -= length;
    Map.Entry<Integer, Integer> before = free.floorEntry(offset);
    if (before != null && before.getKey() + before.getValue() == offset) {
      offset = before.getKey();
      length += before.getValue();
    }
    Integer behind = free.remove(offset + length);
    free.put(offset, length + (behind == null ? 0 : behind));
  }

  private void take(int stretchOffset, int stretchLength, int offset, int length) {
    free.remove(stretchOffset);
    if (offset > stretchOffset) {
      free.put(stretchOffset, offset - stretchOffset);
    }
    int end = stretchOffset + stretchLength;
    if (offset + length < end) {
      free.put(offset + length, end - offset - length);
    }
    used += length;
  }
}
