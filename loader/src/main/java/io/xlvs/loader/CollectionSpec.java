// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

import io.xlvs.loader.btf.Btf;
import io.xlvs.loader.btf.BtfType;
import io.xlvs.loader.internal.Elf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an object file contains: maps, programs and global variables, as pure data. Parsing needs no privilege and gives the
 * same on every machine; what is known of the running kernel enters with {@link #load}. A spec may be loaded many times, and
 * is not safe for use by several threads at once.
 */
public final class CollectionSpec {
  private static final String MAPS_SECTION = ".maps";

  private final String name;
  private final byte[] objectFile;
  private final Btf btf;
  private final Map<String, MapSpec> maps = new LinkedHashMap<>();
  private final Map<String, ProgramSpec> programs = new LinkedHashMap<>();
  private final Map<String, VariableSpec> variables = new LinkedHashMap<>();
  private final Map<String, ByteBuffer> sections = new LinkedHashMap<>();

  private CollectionSpec(String name, byte[] objectFile) {
    this.name = name;
    this.objectFile = objectFile;
    this.btf = Btf.parse(objectFile);
    Elf elf = Elf.parse(objectFile);
    btf.dataSection(MAPS_SECTION).ifPresent(this::readMaps);
    for (BtfType.DataSection section : btf.dataSections()) {
      if (isVariableSection(section.name()) && elf.section(section.name()).isPresent()) {
        readVariables(elf, section);
      }
    }
    readPrograms(elf);
  }

  /** Reads an object file; its base name becomes the collection's name. */
  public static CollectionSpec parse(Path objectFile) throws IOException {
    String file = objectFile.getFileName().toString();
    int dot = file.indexOf('.');
    return parse(dot > 0 ? file.substring(0, dot) : file, Files.readAllBytes(objectFile));
  }

  /**
   * Reads an object file's bytes.
   *
   * @param name prefix of the kernel's names for data sections, and for messages
   * @throws IllegalArgumentException when they are no BPF object with BTF
   */
  public static CollectionSpec parse(String name, byte[] objectFile) {
    return new CollectionSpec(name, objectFile.clone());
  }

  public String name() {
    return name;
  }

  /** The object's type information. */
  public Btf btf() {
    return btf;
  }

  /** All maps by name, data sections included. */
  public Map<String, MapSpec> maps() {
    return Collections.unmodifiableMap(maps);
  }

  /** All programs by function name. */
  public Map<String, ProgramSpec> programs() {
    return Collections.unmodifiableMap(programs);
  }

  /** All global variables by name. */
  public Map<String, VariableSpec> variables() {
    return Collections.unmodifiableMap(variables);
  }

  /** The map with a name; {@link IllegalArgumentException} lists what there is otherwise. */
  public MapSpec map(String mapName) {
    return Names.get(maps, "map", mapName, name);
  }

  /** The program with a name; {@link IllegalArgumentException} lists what there is otherwise. */
  public ProgramSpec program(String programName) {
    return Names.get(programs, "program", programName, name);
  }

  /** The variable with a name; {@link IllegalArgumentException} lists what there is otherwise. */
  public VariableSpec variable(String variableName) {
    return Names.get(variables, "variable", variableName, name);
  }

  /** Loads only the named programs. */
  public CollectionSpec loadOnly(String... programNames) {
    programs.values().forEach(program -> program.setAutoload(false));
    for (String programName : programNames) {
      program(programName).setAutoload(true);
    }
    return this;
  }

  /** As {@link #load(LoadOptions)} with defaults. */
  public Collection load() {
    return load(LoadOptions.defaults());
  }

  /**
   * Creates the maps and loads the programs. Either everything is there afterwards or nothing is: maps pinned by this call are
   * unpinned again on failure.
   *
   * @return the live collection; the caller closes it
   * @throws VerifierException when the kernel refuses a program
   * @throws IncompatibleMapException when a pinned or shared map differs from its definition
   * @throws BpfException for any other failure, with libbpf's words
   */
  public Collection load(LoadOptions options) {
    return new CollectionLoader(this, options).load();
  }

  byte[] objectFile() {
    return objectFile;
  }

  /** Initial bytes of the data sections as edited, by section name. */
  Map<String, ByteBuffer> sections() {
    return sections;
  }

  private void readMaps(BtfType.DataSection section) {
    forEachVariable(section, (variable, placement) -> {
      MapDefinition definition = MapDefinition.declared(btf, variable.name(), variable);
      maps.put(variable.name(), new MapSpec(variable.name(), false, definition));
    });
  }

  private void readVariables(Elf elf, BtfType.DataSection section) {
    Elf.Section data = elf.section(section.name()).orElseThrow();
    ByteBuffer bytes = ByteBuffer.allocate(data.sizeBytes()).put(elf.bytes(data)).clear();
    bytes.order(ByteOrder.nativeOrder());
    sections.put(section.name(), bytes);
    boolean readOnly = section.name().startsWith(".rodata");
    MapDefinition definition = MapDefinition.dataSection(data.sizeBytes(), readOnly);
    maps.put(section.name(), new MapSpec(section.name(), true, definition));
    forEachVariable(section, (variable, placement) -> {
      VariableSpec spec =
          new VariableSpec(
              variable.name(),
              section.name(),
              variable.typeId(),
              placement.offsetBytes(),
              btf.sizeBytes(variable.typeId()),
              bytes);
      variables.put(variable.name(), spec);
    });
  }

  private interface VariableVisitor {
    void visit(BtfType.Variable variable, BtfType.Placement placement);
  }

  private void forEachVariable(BtfType.DataSection section, VariableVisitor visitor) {
    for (BtfType.Placement placement : section.variables()) {
      if (btf.type(placement.variableId()) instanceof BtfType.Variable variable) {
        visitor.visit(variable, placement);
      }
    }
  }

  private void readPrograms(Elf elf) {
    // In file order, so that messages and logs follow the source. Functions in .text are subprograms.
    Map<Long, ProgramSpec> ordered = new TreeMap<>();
    for (Elf.Symbol symbol : elf.symbols()) {
      if (symbol.type() == Elf.STT_FUNC && symbol.global() && symbol.sectionIndex() < elf.sections().size()) {
        Elf.Section section = elf.sections().get(symbol.sectionIndex());
        if (section.executable() && !section.name().equals(".text")) {
          long position = (long) section.index() << 32 | symbol.offsetBytes();
          ordered.put(position, new ProgramSpec(symbol.name(), section.name()));
        }
      }
    }
    ordered.values().forEach(program -> programs.put(program.name(), program));
  }

  private static boolean isVariableSection(String section) {
    return section.equals(".bss") || section.startsWith(".bss.")
        || section.equals(".data") || section.startsWith(".data.")
        || section.equals(".rodata") || section.startsWith(".rodata.");
  }
}
