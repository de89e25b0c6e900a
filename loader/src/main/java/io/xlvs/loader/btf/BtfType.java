// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.btf;

import java.util.List;

/** One type of a BTF section. Types refer to each other by id; {@link Btf} resolves ids. */
public sealed interface BtfType {
  /** The C name, or empty for an anonymous type. */
  String name();

  /** An integer, character or boolean of {@code sizeBytes}. */
  record Int(String name, int sizeBytes, boolean signed, boolean bool) implements BtfType {}

  /** A floating point number. */
  record Floating(String name, int sizeBytes) implements BtfType {}

  /** A pointer. */
  record Pointer(int targetId) implements BtfType {
    @Override
    public String name() {
      return "";
    }
  }

  /** An array of {@code length} elements. */
  record Array(int elementId, int length) implements BtfType {
    @Override
    public String name() {
      return "";
    }
  }

  /**
   * A struct or (when {@code union}) a union.
   *
   * @param sizeBytes total size, trailing padding included
   */
  record Struct(String name, int sizeBytes, boolean union, List<Member> members) implements BtfType {}

  /**
   * A member of a struct or union.
   *
   * @param name empty for an anonymous struct or union
   * @param bitOffset from the start of the enclosing struct
   * @param bitfieldBits width of a bit field, 0 for an ordinary member
   */
  record Member(String name, int typeId, int bitOffset, int bitfieldBits) {
    /** Offset in bytes; meaningful for ordinary members. */
    public int byteOffset() {
      return bitOffset / 8;
    }
  }

  /** An enum; values in order of declaration. */
  record Enumeration(String name, int sizeBytes, boolean signed, List<Enumerator> values) implements BtfType {}

  /** A named constant of an enum. */
  record Enumerator(String name, long value) {}

  /** A typedef, or a const, volatile, restrict or type-tag qualifier (name then empty). */
  record Alias(String name, int targetId) implements BtfType {}

  /** A declaration without definition. */
  record Forward(String name, boolean union) implements BtfType {}

  /** A function; the type is a {@link Prototype}. */
  record Function(String name, int prototypeId) implements BtfType {}

  /** A function's result and parameter types. */
  record Prototype(int resultId, List<Integer> parameterIds) implements BtfType {
    @Override
    public String name() {
      return "";
    }
  }

  /** A global or static variable. */
  record Variable(String name, int typeId) implements BtfType {}

  /** The variables of an ELF section such as {@code .rodata} or {@code .maps}. */
  record DataSection(String name, List<Placement> variables) implements BtfType {}

  /**
   * A variable's place in its section, from the ELF symbol table (clang leaves the offsets in BTF at zero).
   *
   * @param variableId id of a {@link Variable}
   */
  record Placement(int variableId, int offsetBytes, int sizeBytes) {}

  /** A declaration tag ({@code btf_decl_tag}); {@code componentIndex} is -1 for the whole target. */
  record DeclarationTag(String name, int targetId, int componentIndex) implements BtfType {}

  /** Id 0. */
  record Void() implements BtfType {
    @Override
    public String name() {
      return "void";
    }
  }
}
