// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The instructions of a BPF object file with what they refer to, for {@link BpfTrace}: maps, data and functions by name. */
final class BpfCode {
  private static final int SHT_PROGBITS = 1;
  private static final int SHT_SYMTAB = 2;
  private static final int SHT_REL = 9;
  private static final int SHF_EXECINSTR = 4;
  private static final int STT_SECTION = 3;
  private static final int R_BPF_64_64 = 1;
  private static final int R_BPF_64_32 = 10;

  private record Section(String name, int type, long flags, int at, int size, int link, int info) {}

  private record Symbol(String name, int type, int section, int value) {}

  /** A place in the code. */
  record Place(Insn[] code, int index) {}

  /** One instruction; the second half of a 64-bit load is one without a meaning of its own. */
  static final class Insn {
    final int op;
    final int dst;
    final int src;
    final int off;
    final int imm;

    /** Of a 64-bit load: the upper half, or where in the data. */
    long wide;

    /** Of a 64-bit load: the map whose reference, or the section of whose data the address, is loaded. */
    String map;
    String data;

    /** Of a call to a function of the object. */
    Place target;

    private Insn(ByteBuffer code, int at) {
      op = Byte.toUnsignedInt(code.get(at));
      dst = code.get(at + 1) & 15;
      src = Byte.toUnsignedInt(code.get(at + 1)) >>> 4;
      off = code.getShort(at + 2);
      imm = code.getInt(at + 4);
    }
  }

  private final ByteBuffer file;
  private final List<Section> sections = new ArrayList<>();
  private final List<Symbol> symbols = new ArrayList<>();
  private final Map<Integer, Insn[]> code = new HashMap<>();

  BpfCode(byte[] object) {
    file = ByteBuffer.wrap(object).order(ByteOrder.LITTLE_ENDIAN);
    readSections();
    for (int i = 0; i < sections.size(); i++) {
      Section section = sections.get(i);
      if (section.type == SHT_PROGBITS && (section.flags & SHF_EXECINSTR) != 0) {
        code.put(i, instructions(section));
      }
    }
    code.values().forEach(this::linkWithin);
    sections.stream().filter(s -> s.type == SHT_REL && code.containsKey(s.info)).forEach(this::relocate);
  }

  /** Where a function begins. */
  Place function(String name) {
    Symbol symbol = symbols.stream().filter(s -> s.name.equals(name) && code.containsKey(s.section)).findFirst()
        .orElseThrow(() -> new IllegalArgumentException("the object has no function '" + name + "'"));
    return new Place(code.get(symbol.section), symbol.value / 8);
  }

  private void readSections() {
    int table = Math.toIntExact(file.getLong(40));
    int count = file.getShort(60);
    int names = Math.toIntExact(file.getLong(table + file.getShort(62) * 64 + 24));
    for (int at = table; at < table + 64 * count; at += 64) {
      sections.add(new Section(
          string(names + file.getInt(at)), file.getInt(at + 4), file.getLong(at + 8), Math.toIntExact(file.getLong(at + 24)),
          Math.toIntExact(file.getLong(at + 32)), file.getInt(at + 40), file.getInt(at + 44)));
    }
    Section table2 = sections.stream().filter(s -> s.type == SHT_SYMTAB).findFirst().orElseThrow();
    int words = sections.get(table2.link).at;
    for (int at = table2.at; at < table2.at + table2.size; at += 24) {
      symbols.add(new Symbol(string(words + file.getInt(at)), file.get(at + 4) & 15, file.getShort(at + 6), (int) file.getLong(at + 8)));
    }
  }

  private Insn[] instructions(Section section) {
    Insn[] all = new Insn[section.size / 8];
    for (int i = 0; i < all.length; i++) {
      all[i] = new Insn(file, section.at + 8 * i);
    }
    for (int i = 0; i < all.length; i++) {
      if (all[i].op == BpfTrace.LD_IMM64) {
        all[i].wide = (long) all[i + 1].imm << 32 | all[i].imm & 0xffff_ffffL;
        i++;
      }
    }
    return all;
  }

  /** Calls within a section need no relocation. */
  private void linkWithin(Insn[] all) {
    for (int i = 0; i < all.length; i++) {
      if (all[i].op == BpfTrace.CALL && all[i].src == BpfTrace.TO_FUNCTION) {
        all[i].target = new Place(all, i + 1 + all[i].imm);
      }
    }
  }

  private void relocate(Section relocations) {
    for (int at = relocations.at; at < relocations.at + relocations.size; at += 16) {
      Insn insn = code.get(relocations.info)[Math.toIntExact(file.getLong(at)) / 8];
      int type = (int) file.getLong(at + 8);
      Symbol symbol = symbols.get((int) (file.getLong(at + 8) >>> 32));
      if (type == R_BPF_64_32) {
        int index = symbol.type == STT_SECTION ? insn.imm + 1 : symbol.value / 8;
        insn.target = new Place(code.get(symbol.section), index);
      } else if (type == R_BPF_64_64 && sections.get(symbol.section).name.equals(".maps")) {
        insn.map = symbol.name;
      } else if (type == R_BPF_64_64 && !code.containsKey(symbol.section)) {
        insn.data = sections.get(symbol.section).name;
        insn.wide = symbol.value + insn.imm;
      }
    }
  }

  private String string(int at) {
    int end = at;
    while (file.get(end) != 0) {
      end++;
    }
    return new String(file.array(), at, end - at, StandardCharsets.UTF_8);
  }
}
