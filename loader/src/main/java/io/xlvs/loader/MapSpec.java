// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

import io.xlvs.loader.map.MapInfo;
import io.xlvs.loader.map.MapType;
import io.xlvs.loader.map.RawMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A map as an object file declares it; capacity, flags, pin and the live map to use can be set before loading. */
public final class MapSpec {
  private static final int PIN_BY_NAME = 1;

  private final String name;
  private final boolean dataSection;
  private final MapType type;
  private final int keySizeBytes;
  private final int valueSizeBytes;
  private final int keyTypeId;
  private final int valueTypeId;
  private final int declaredPinning;
  private int maxEntries;
  private int flags;
  private Path pinPath;
  private RawMap shared;

  MapSpec(String name, boolean dataSection, MapDefinition definition) {
    this.name = name;
    this.dataSection = dataSection;
    this.type = definition.type;
    this.keySizeBytes = definition.keySizeBytes;
    this.valueSizeBytes = definition.valueSizeBytes;
    this.keyTypeId = definition.keyTypeId;
    this.valueTypeId = definition.valueTypeId;
    this.declaredPinning = definition.pinning;
    this.maxEntries = definition.maxEntries;
    this.flags = definition.flags;
  }

  /** Name of the C variable, or of the section (".rodata", ".data", ".bss") that holds global variables. */
  public String name() {
    return name;
  }

  /** Whether this map is a section of global variables. */
  public boolean isDataSection() {
    return dataSection;
  }

  public MapType type() {
    return type;
  }

  public int keySizeBytes() {
    return keySizeBytes;
  }

  /** Size of one value (of one CPU in per-CPU maps). */
  public int valueSizeBytes() {
    return valueSizeBytes;
  }

  /** BTF id of the key's type in the collection's {@link CollectionSpec#btf()}, 0 when declared by size only. */
  public int keyTypeId() {
    return keyTypeId;
  }

  /** BTF id of the value's type, 0 when declared by size only. */
  public int valueTypeId() {
    return valueTypeId;
  }

  /** Capacity in elements; in bytes for a ring buffer. */
  public int maxEntries() {
    return maxEntries;
  }

  /** {@code BPF_F_*} creation flags. */
  public int flags() {
    return flags;
  }

  /** Whether the C source asks for LIBBPF_PIN_BY_NAME. A hint only: nothing is pinned unless {@link #pinAt} is called. */
  public boolean declaresPinByName() {
    return declaredPinning == PIN_BY_NAME;
  }

  /** Where the map is or will be pinned. */
  public Optional<Path> pinPath() {
    return Optional.ofNullable(pinPath);
  }

  /** The live map to use instead of a new one. */
  public Optional<RawMap> shared() {
    return Optional.ofNullable(shared);
  }

  /** Sets the capacity: elements, or bytes (a power of two of pages) for a ring buffer. */
  public MapSpec setMaxEntries(int newMaxEntries) {
    requireDeclared("max_entries");
    if (newMaxEntries == 0) {
      throw new IllegalArgumentException("max_entries of map '" + name + "' is 0: must be at least 1");
    }
    maxEntries = newMaxEntries;
    return this;
  }

  /** Replaces the creation flags. */
  public MapSpec setFlags(int newFlags) {
    requireDeclared("flags");
    flags = newFlags;
    return this;
  }

  /**
   * Uses the map pinned at a path on a bpffs, or creates it and pins it there. An existing map that differs makes the load
   * fail with {@link IncompatibleMapException}. A section of global variables keeps what they hold: initial values are those
   * of a new one. Not for ".rodata", whose values belong to the programs that are loaded with them.
   */
  public MapSpec pinAt(Path path) {
    requireWritable("pin path");
    requireOne(shared);
    pinPath = path;
    return this;
  }

  /**
   * Uses a live map instead of creating one; its capacity counts, not this definition's. The loaded collection gets a
   * descriptor of its own, so the given one may be closed after the load. Of sections of global variables as {@link #pinAt}.
   */
  public MapSpec share(RawMap live) {
    requireWritable("shared map");
    requireOne(pinPath);
    shared = live;
    return this;
  }

  private void requireDeclared(String attribute) {
    if (dataSection) {
      throw new IllegalArgumentException(attribute + " of section " + name + " cannot be set: the program fixes it");
    }
  }

  private void requireWritable(String attribute) {
    if (dataSection && (flags & MapInfo.RDONLY_PROG) != 0) {
      requireDeclared(attribute);
    }
  }

  private void requireOne(Object other) {
    if (other != null) {
      throw new IllegalArgumentException("map '" + name + "' cannot be both shared and pinned: its owner pins it");
    }
  }

  /** Differences of an existing map from this definition, one line each. */
  List<String> differences(MapInfo existing, boolean compareCapacity) {
    List<String> differences = new ArrayList<>();
    if (existing.type() != type) {
      differences.add("type: " + existing.type() + " -> " + type);
    }
    compare("key size in bytes", existing.keySizeBytes(), keySizeBytes, differences);
    compare("value size in bytes", existing.valueSizeBytes(), valueSizeBytes, differences);
    compare("flags", existing.flags(), effectiveFlags(), differences);
    if (compareCapacity) {
      compare("max_entries", existing.maxEntries(), maxEntries, differences);
    }
    return differences;
  }

  /** The kernel makes every DEVMAP read-only for programs. */
  private int effectiveFlags() {
    return type == MapType.DEVMAP || type == MapType.DEVMAP_HASH ? flags | MapInfo.RDONLY_PROG : flags;
  }

  private static void compare(String attribute, int existing, int wanted, List<String> differences) {
    if (existing != wanted) {
      differences.add(attribute + ": " + Integer.toUnsignedString(existing) + " -> " + Integer.toUnsignedString(wanted));
    }
  }
}
