// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.map;

import java.util.Locale;

/** Map types by their kernel number ({@code enum bpf_map_type}); constants keep the kernel's order. */
public enum MapType {
  UNSPEC,
  HASH,
  ARRAY,
  PROG_ARRAY,
  PERF_EVENT_ARRAY,
  PERCPU_HASH,
  PERCPU_ARRAY,
  STACK_TRACE,
  CGROUP_ARRAY,
  LRU_HASH,
  LRU_PERCPU_HASH,
  LPM_TRIE,
  ARRAY_OF_MAPS,
  HASH_OF_MAPS,
  DEVMAP,
  SOCKMAP,
  CPUMAP,
  XSKMAP,
  SOCKHASH,
  CGROUP_STORAGE,
  REUSEPORT_SOCKARRAY,
  PERCPU_CGROUP_STORAGE,
  QUEUE,
  STACK,
  SK_STORAGE,
  DEVMAP_HASH,
  STRUCT_OPS,
  RINGBUF,
  INODE_STORAGE,
  TASK_STORAGE,
  BLOOM_FILTER,
  USER_RINGBUF,
  CGRP_STORAGE,
  ARENA;

  private static final MapType[] VALUES = values();

  /** The kernel's number. */
  public int number() {
    return ordinal();
  }

  /**
   * The type with the kernel's number.
   *
   * @throws IllegalArgumentException for a number this release does not know
   */
  public static MapType of(int number) {
    if (number < 0 || number >= VALUES.length) {
      throw new IllegalArgumentException("map type " + number + " is unknown to this loader");
    }
    return VALUES[number];
  }

  /** Whether each key holds one value per possible CPU. */
  public boolean isPerCpu() {
    return switch (this) {
      case PERCPU_HASH, PERCPU_ARRAY, LRU_PERCPU_HASH, PERCPU_CGROUP_STORAGE -> true;
      default -> false;
    };
  }

  /** Whether the kernel reads many elements of such a map in one call. */
  public boolean supportsBatch() {
    return switch (this) {
      case HASH, LRU_HASH, PERCPU_HASH, LRU_PERCPU_HASH, ARRAY, PERCPU_ARRAY, LPM_TRIE -> true;
      default -> false;
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
