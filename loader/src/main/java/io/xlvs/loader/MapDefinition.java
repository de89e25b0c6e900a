// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

import io.xlvs.loader.btf.Btf;
import io.xlvs.loader.btf.BtfType;
import io.xlvs.loader.map.MapInfo;
import io.xlvs.loader.map.MapType;

/** Reads a map's definition from BTF: the anonymous struct of a variable in section .maps, in libbpf's encoding. */
final class MapDefinition {
  MapType type = MapType.UNSPEC;
  int keySizeBytes;
  int valueSizeBytes;
  int keyTypeId;
  int valueTypeId;
  int maxEntries;
  int flags;
  int pinning;

  private MapDefinition() {}

  static MapDefinition declared(Btf btf, String name, BtfType.Variable variable) {
    MapDefinition definition = new MapDefinition();
    if (!(btf.resolve(variable.typeId()) instanceof BtfType.Struct struct)) {
      throw new IllegalArgumentException("map '" + name + "' is not declared as a struct");
    }
    for (BtfType.Member member : struct.members()) {
      definition.read(btf, name, member);
    }
    return definition;
  }

  static MapDefinition dataSection(int sizeBytes, boolean readOnly) {
    MapDefinition definition = new MapDefinition();
    definition.type = MapType.ARRAY;
    definition.keySizeBytes = 4;
    definition.valueSizeBytes = sizeBytes;
    definition.maxEntries = 1;
    definition.flags = MapInfo.MMAPABLE | (readOnly ? MapInfo.RDONLY_PROG : 0);
    return definition;
  }

  private void read(Btf btf, String name, BtfType.Member member) {
    switch (member.name()) {
      case "type" -> type = MapType.of(number(btf, member));
      case "max_entries" -> maxEntries = number(btf, member);
      case "map_flags" -> flags = number(btf, member);
      case "pinning" -> pinning = number(btf, member);
      case "key_size" -> keySizeBytes = number(btf, member);
      case "value_size" -> valueSizeBytes = number(btf, member);
      case "key" -> {
        keyTypeId = target(btf, member);
        keySizeBytes = btf.sizeBytes(keyTypeId);
      }
      case "value" -> {
        valueTypeId = target(btf, member);
        valueSizeBytes = btf.sizeBytes(valueTypeId);
      }
      // libbpf acts on these; nothing here depends on them beyond the value being a descriptor.
      case "values" -> valueSizeBytes = Integer.BYTES;
      case "map_extra", "numa_node" -> number(btf, member);
      default -> throw new IllegalArgumentException(
          "map '" + name + "' has the attribute '" + member.name() + "', which is unknown to this loader");
    }
  }

  /** __uint(name, n) declares a pointer to an array of n ints. */
  private static int number(Btf btf, BtfType.Member member) {
    if (btf.resolve(target(btf, member)) instanceof BtfType.Array array) {
      return array.length();
    }
    throw new IllegalArgumentException("map attribute '" + member.name() + "' is not declared with __uint()");
  }

  private static int target(Btf btf, BtfType.Member member) {
    if (btf.resolve(member.typeId()) instanceof BtfType.Pointer pointer) {
      return pointer.targetId();
    }
    throw new IllegalArgumentException("map attribute '" + member.name() + "' is not declared with __uint() or __type()");
  }
}
