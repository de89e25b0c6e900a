// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.btf;

import io.xlvs.loader.internal.Elf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The type information of a BPF object file. Needs no privilege and no kernel.
 *
 * <p>Source of the format: the kernel's Documentation/bpf/btf.rst.
 */
public final class Btf {
  private final List<BtfType> types;

  private Btf(List<BtfType> types) {
    this.types = List.copyOf(types);
  }

  /** Reads an object file. */
  public static Btf parse(Path objectFile) throws IOException {
    return parse(Files.readAllBytes(objectFile));
  }

  /**
   * Reads an object file's bytes.
   *
   * @throws IllegalArgumentException when it is not an ELF file of this machine's byte order with a .BTF section
   */
  public static Btf parse(byte[] objectFile) {
    Elf elf = Elf.parse(objectFile);
    Elf.Section section =
        elf.section(".BTF")
            .orElseThrow(() -> new IllegalArgumentException("object has no .BTF section: compile with clang -g"));
    return new Btf(new BtfReader(elf).read(elf.bytes(section)));
  }

  /** The type with an id; id 0 is void. */
  public BtfType type(int id) {
    if (id < 0 || id >= types.size()) {
      throw new IllegalArgumentException("BTF type id " + id + " is out of range 0.." + (types.size() - 1));
    }
    return types.get(id);
  }

  /** Number of types, void included. */
  public int size() {
    return types.size();
  }

  /** The type behind typedefs and qualifiers. */
  public BtfType resolve(int id) {
    BtfType type = type(id);
    while (type instanceof BtfType.Alias alias) {
      type = type(alias.targetId());
    }
    return type;
  }

  /** Size of a type in bytes; functions, forward declarations and void have none and are refused. */
  public int sizeBytes(int id) {
    BtfType type = resolve(id);
    if (type instanceof BtfType.Int integer) {
      return integer.sizeBytes();
    } else if (type instanceof BtfType.Struct struct) {
      return struct.sizeBytes();
    } else if (type instanceof BtfType.Enumeration enumeration) {
      return enumeration.sizeBytes();
    } else if (type instanceof BtfType.Array array) {
      return Math.multiplyExact(array.length(), sizeBytes(array.elementId()));
    } else if (type instanceof BtfType.Pointer) {
      return Long.BYTES;
    } else if (type instanceof BtfType.Floating floating) {
      return floating.sizeBytes();
    }
    throw new IllegalArgumentException("BTF type " + type + " has no size");
  }

  /** Size of a member in bytes; of its whole storage unit for a bit field. */
  public int sizeBytes(BtfType.Member member) {
    return sizeBytes(member.typeId());
  }

  /** The struct (not union) with a tag name. */
  public Optional<BtfType.Struct> struct(String name) {
    return all(BtfType.Struct.class).stream().filter(s -> !s.union() && s.name().equals(name)).findFirst();
  }

  /** The enum with a tag name. */
  public Optional<BtfType.Enumeration> enumeration(String name) {
    return all(BtfType.Enumeration.class).stream().filter(e -> e.name().equals(name)).findFirst();
  }

  /** All structs and unions, in order of their ids. */
  public List<BtfType.Struct> structs() {
    return all(BtfType.Struct.class);
  }

  /** All enums, anonymous ones included. */
  public List<BtfType.Enumeration> enumerations() {
    return all(BtfType.Enumeration.class);
  }

  /** All data sections. */
  public List<BtfType.DataSection> dataSections() {
    return all(BtfType.DataSection.class);
  }

  /** The data section with an ELF section's name. */
  public Optional<BtfType.DataSection> dataSection(String name) {
    return dataSections().stream().filter(s -> s.name().equals(name)).findFirst();
  }

  /**
   * A struct's leaf members in order: members of nested structs under dotted paths ("tuple.sport"), members of anonymous
   * structs and unions under their own names, arrays as one leaf.
   */
  public List<Field> fields(BtfType.Struct struct) {
    List<Field> fields = new ArrayList<>();
    collect(struct, "", 0, fields);
    return fields;
  }

  private void collect(BtfType.Struct struct, String prefix, int baseBits, List<Field> fields) {
    for (BtfType.Member member : struct.members()) {
      int offset = baseBits + member.bitOffset();
      if (resolve(member.typeId()) instanceof BtfType.Struct nested) {
        collect(nested, member.name().isEmpty() ? prefix : prefix + member.name() + ".", offset, fields);
      } else {
        int bits = member.bitfieldBits() != 0 ? member.bitfieldBits() : 8 * sizeBytes(member);
        fields.add(new Field(prefix + member.name(), offset, bits, member.typeId()));
      }
    }
  }

  /**
   * A leaf of a struct.
   *
   * @param path dotted path from the struct
   * @param bitOffset from the struct's start
   * @param sizeBits width
   */
  public record Field(String path, int bitOffset, int sizeBits, int typeId) {}

  private <T extends BtfType> List<T> all(Class<T> kind) {
    return types.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
