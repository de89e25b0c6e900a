// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.btf;

import io.xlvs.loader.internal.Elf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Decodes the bytes of a .BTF section; numbers are those of {@code linux/btf.h}. */
final class BtfReader {
  private static final int MAGIC = 0xeb9f;
  private static final int INT_SIGNED = 1;
  private static final int INT_BOOL = 4;

  private final Elf elf;
  private ByteBuffer in;
  private int stringsAt;

  /** @param elf where variables' places come from */
  BtfReader(Elf elf) {
    this.elf = elf;
  }

  List<BtfType> read(ByteBuffer section) {
    in = section;
    if (section.remaining() < 24 || Short.toUnsignedInt(in.getShort(0)) != MAGIC) {
      throw new IllegalArgumentException(".BTF section has no BTF header of this byte order");
    }
    int headerBytes = in.getInt(4);
    int typesAt = headerBytes + in.getInt(8);
    int typesEnd = typesAt + in.getInt(12);
    stringsAt = headerBytes + in.getInt(16);
    in.position(typesAt);
    List<BtfType> types = new ArrayList<>();
    types.add(new BtfType.Void());
    while (in.position() < typesEnd) {
      types.add(readType(types));
    }
    return types;
  }

  private BtfType readType(List<BtfType> types) {
    String name = string(in.getInt());
    int info = in.getInt();
    int sizeOrType = in.getInt();
    int count = info & 0xffff;
    int kind = (info >>> 24) & 0x1f;
    boolean kindFlag = info < 0;
    return switch (kind) {
      case 1 -> readInt(name, sizeOrType);
      case 2 -> new BtfType.Pointer(sizeOrType);
      case 3 -> readArray();
      case 4, 5 -> new BtfType.Struct(name, sizeOrType, kind == 5, readMembers(count, kindFlag));
      case 6 -> new BtfType.Enumeration(name, sizeOrType, kindFlag, readEnumerators(count, kindFlag));
      case 7 -> new BtfType.Forward(name, kindFlag);
      case 8, 9, 10, 11, 18 -> new BtfType.Alias(kind == 8 ? name : "", sizeOrType);
      case 12 -> new BtfType.Function(name, sizeOrType);
      case 13 -> new BtfType.Prototype(sizeOrType, readParameters(count));
      case 14 -> readVariable(name, sizeOrType);
      case 15 -> new BtfType.DataSection(name, readPlacements(name, count, types));
      case 16 -> new BtfType.Floating(name, sizeOrType);
      case 17 -> new BtfType.DeclarationTag(name, sizeOrType, in.getInt());
      case 19 -> new BtfType.Enumeration(name, sizeOrType, kindFlag, readEnumerators64(count));
      default -> throw new IllegalArgumentException("BTF kind " + kind + " is unknown to this loader");
    };
  }

  private BtfType readInt(String name, int sizeBytes) {
    int encoding = (in.getInt() >>> 24) & 0xf;
    return new BtfType.Int(name, sizeBytes, (encoding & INT_SIGNED) != 0, (encoding & INT_BOOL) != 0);
  }

  private BtfType readArray() {
    int elementId = in.getInt();
    in.getInt(); // the index type says nothing
    return new BtfType.Array(elementId, in.getInt());
  }

  private BtfType readVariable(String name, int typeId) {
    in.getInt(); // linkage: static and global variables are alike here
    return new BtfType.Variable(name, typeId);
  }

  private List<BtfType.Member> readMembers(int count, boolean bitfields) {
    List<BtfType.Member> members = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String name = string(in.getInt());
      int typeId = in.getInt();
      int offset = in.getInt();
      members.add(
          bitfields
              ? new BtfType.Member(name, typeId, offset & 0xffffff, offset >>> 24)
              : new BtfType.Member(name, typeId, offset, 0));
    }
    return List.copyOf(members);
  }

  private List<BtfType.Enumerator> readEnumerators(int count, boolean signed) {
    List<BtfType.Enumerator> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String name = string(in.getInt());
      int value = in.getInt();
      values.add(new BtfType.Enumerator(name, signed ? value : Integer.toUnsignedLong(value)));
    }
    return List.copyOf(values);
  }

  private List<BtfType.Enumerator> readEnumerators64(int count) {
    List<BtfType.Enumerator> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String name = string(in.getInt());
      long low = Integer.toUnsignedLong(in.getInt());
      values.add(new BtfType.Enumerator(name, low | (long) in.getInt() << 32));
    }
    return List.copyOf(values);
  }

  private List<Integer> readParameters(int count) {
    List<Integer> ids = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      in.getInt(); // the parameter's name
      ids.add(in.getInt());
    }
    return List.copyOf(ids);
  }

  private List<BtfType.Placement> readPlacements(String section, int count, List<BtfType> types) {
    List<BtfType.Placement> placements = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int variableId = in.getInt();
      int offset = in.getInt();
      int size = in.getInt();
      if (elf.section(section).isPresent()) {
        offset = elf.offsetOf(section, types.get(variableId).name()).orElse(offset);
      }
      placements.add(new BtfType.Placement(variableId, offset, size));
    }
    return List.copyOf(placements);
  }

  private String string(int offset) {
    int start = stringsAt + offset;
    int end = start;
    while (in.get(end) != 0) {
      end++;
    }
    byte[] bytes = new byte[end - start];
    in.get(start, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
