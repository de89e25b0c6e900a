// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A 64-bit relocatable ELF file: sections and symbols, as far as BPF objects need them. */
public final class Elf {
  private static final int HEADER_BYTES = 64;
  private static final int SECTION_HEADER_BYTES = 64;
  private static final int SYMBOL_BYTES = 24;
  private static final int SHT_SYMTAB = 2;
  private static final int SHT_NOBITS = 8;
  private static final int MACHINE_BPF = 247;

  /** Symbol type of data, and of functions. */
  public static final int STT_OBJECT = 1;

  public static final int STT_FUNC = 2;

  private final ByteBuffer file;
  private final List<Section> sections = new ArrayList<>();
  private final List<Symbol> symbols = new ArrayList<>();

  /** @param sizeBytes for {@code .bss}, too, whose bytes are not in the file */
  public record Section(int index, String name, int type, long flags, int fileOffset, int sizeBytes, int link) {
    /** SHF_EXECINSTR. */
    public boolean executable() {
      return (flags & 4) != 0;
    }
  }

  /** @param offsetBytes from the start of its section */
  public record Symbol(String name, int type, boolean global, int sectionIndex, int offsetBytes, int sizeBytes) {}

  private Elf(ByteBuffer file) {
    this.file = file;
  }

  /** Reads the tables; {@link IllegalArgumentException} says what is wrong with a file that is no BPF object. */
  public static Elf parse(byte[] bytes) {
    if (bytes.length < HEADER_BYTES || bytes[0] != 0x7f || bytes[1] != 'E' || bytes[2] != 'L' || bytes[3] != 'F') {
      throw new IllegalArgumentException("not an ELF file");
    }
    ByteOrder order = bytes[5] == 1 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    if (bytes[4] != 2 || order != ByteOrder.nativeOrder()) {
      throw new IllegalArgumentException("not a 64-bit ELF file of this machine's byte order");
    }
    Elf elf = new Elf(ByteBuffer.wrap(bytes).order(order));
    try {
      elf.readTables();
    } catch (IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("ELF file is truncated or damaged", e);
    }
    return elf;
  }

  private void readTables() {
    int machine = Short.toUnsignedInt(file.getShort(18));
    if (machine != MACHINE_BPF) {
      throw new IllegalArgumentException("ELF machine is " + machine + ", not " + MACHINE_BPF + " (BPF)");
    }
    int tableAt = Math.toIntExact(file.getLong(40));
    int count = Short.toUnsignedInt(file.getShort(60));
    int namesIndex = Short.toUnsignedInt(file.getShort(62));
    int namesAt = Math.toIntExact(file.getLong(tableAt + namesIndex * SECTION_HEADER_BYTES + 24));
    for (int i = 0; i < count; i++) {
      int at = tableAt + i * SECTION_HEADER_BYTES;
      sections.add(
          new Section(
              i,
              string(namesAt + file.getInt(at)),
              file.getInt(at + 4),
              file.getLong(at + 8),
              Math.toIntExact(file.getLong(at + 24)),
              Math.toIntExact(file.getLong(at + 32)),
              file.getInt(at + 40)));
    }
    for (Section section : sections) {
      if (section.type() == SHT_SYMTAB) {
        readSymbols(section);
      }
    }
  }

  private void readSymbols(Section table) {
    int namesAt = sections.get(table.link()).fileOffset();
    for (int at = table.fileOffset(); at < table.fileOffset() + table.sizeBytes(); at += SYMBOL_BYTES) {
      int info = file.get(at + 4);
      symbols.add(
          new Symbol(
              string(namesAt + file.getInt(at)),
              info & 0xf,
              (info >>> 4) != 0,
              Short.toUnsignedInt(file.getShort(at + 6)),
              (int) file.getLong(at + 8),
              (int) file.getLong(at + 16)));
    }
  }

  /** All sections, in file order. */
  public List<Section> sections() {
    return sections;
  }

  /** All symbols. */
  public List<Symbol> symbols() {
    return symbols;
  }

  /** The section with a name. */
  public Optional<Section> section(String name) {
    return sections.stream().filter(s -> s.name().equals(name)).findFirst();
  }

  /** A section's bytes (zeros for .bss) as a read-only buffer at position 0. */
  public ByteBuffer bytes(Section section) {
    if (section.type() == SHT_NOBITS) {
      return ByteBuffer.allocate(section.sizeBytes()).order(file.order());
    }
    return file.slice(section.fileOffset(), section.sizeBytes()).asReadOnlyBuffer().order(file.order());
  }

  /** A data symbol's offset in its section. */
  public OptionalInt offsetOf(String sectionName, String symbol) {
    int index = section(sectionName).map(Section::index).orElse(-1);
    return symbols.stream()
        .filter(s -> s.sectionIndex() == index && s.type() == STT_OBJECT && s.name().equals(symbol))
        .mapToInt(Symbol::offsetBytes)
        .findFirst();
  }

  private String string(int at) {
    int end = at;
    while (file.get(end) != 0) {
      end++;
    }
    return new String(file.array(), at, end - at, StandardCharsets.UTF_8);
  }
}
