// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.map;

/**
 * What the kernel says about a live map ({@code struct bpf_map_info}).
 *
 * @param id the kernel's id, unique while the map lives
 * @param name at most 15 characters, truncated by the kernel's interface
 * @param keySizeBytes 0 for a ring buffer
 * @param valueSizeBytes size of one value (of one CPU, in per-CPU maps); 0 for a ring buffer
 * @param maxEntries capacity in elements; in bytes for a ring buffer
 * @param flags {@code BPF_F_*} creation flags
 */
public record MapInfo(
    int id, MapType type, String name, int keySizeBytes, int valueSizeBytes, int maxEntries, int flags) {
  /** BPF_F_NO_PREALLOC: elements are allocated when inserted. */
  public static final int NO_PREALLOC = 1;

  /** BPF_F_MMAPABLE: the array can be mapped into this process. */
  public static final int MMAPABLE = 1 << 10;

  /** BPF_F_RDONLY_PROG: programs cannot write. */
  public static final int RDONLY_PROG = 1 << 7;

  /** Bytes a value takes in calls from user space: per-CPU maps hand over all CPUs' values, each rounded up to 8 bytes. */
  public int userValueSizeBytes(int possibleCpus) {
    return type.isPerCpu() ? strideBytes() * possibleCpus : valueSizeBytes;
  }

  /** The value size rounded up to 8 bytes: the distance of elements in an array, and of CPUs in a per-CPU value. */
  public int strideBytes() {
    return (valueSizeBytes + 7) & ~7;
  }
}
