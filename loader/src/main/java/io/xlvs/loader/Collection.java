// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

import io.xlvs.loader.map.BpfMap;
import io.xlvs.loader.map.Codec;
import io.xlvs.loader.map.MapInfo;
import io.xlvs.loader.map.MappedArray;
import io.xlvs.loader.map.RawMap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The live maps and programs of one object file. It owns them all: {@link #close()} closes every map, program and variable
 * handed out. What was pinned or attached lives on.
 */
public final class Collection implements AutoCloseable {
  private final CollectionSpec spec;
  private final Map<String, VariableSpec> variableSpecs;
  private final Map<String, RawMap> maps;
  private final Map<String, Program> programs;
  private final Map<String, MappedArray> sections = new HashMap<>();

  Collection(CollectionSpec spec, Map<String, RawMap> maps, Map<String, Program> programs) {
    this.spec = spec;
    this.variableSpecs = Map.copyOf(spec.variables());
    this.maps = maps;
    this.programs = programs;
  }

  /** Name of the object file. */
  public String name() {
    return spec.name();
  }

  /** All maps by name, data sections included. */
  public Map<String, RawMap> maps() {
    return Collections.unmodifiableMap(maps);
  }

  /** The loaded programs by name. */
  public Map<String, Program> programs() {
    return Collections.unmodifiableMap(programs);
  }

  /** The map with a name, owned by this collection; {@link IllegalArgumentException} lists what there is otherwise. */
  public RawMap map(String mapName) {
    return Names.get(maps, "map", mapName, spec.name());
  }

  /** A typed view of a map. */
  public <K, V> BpfMap<K, V> map(String mapName, Codec<K> keyCodec, Codec<V> valueCodec) {
    return BpfMap.of(map(mapName), keyCodec, valueCodec);
  }

  /** The program with a name, owned by this collection; {@link IllegalArgumentException} lists what there is otherwise. */
  public Program program(String programName) {
    return Names.get(programs, "program", programName, spec.name());
  }

  /** The global variable with a name, valid until this collection is closed. */
  public synchronized Variable variable(String variableName) {
    VariableSpec variable = Names.get(variableSpecs, "variable", variableName, spec.name());
    return new Variable(variable, sections.computeIfAbsent(variable.sectionName(), this::mapSection));
  }

  private MappedArray mapSection(String section) {
    RawMap map = map(section);
    boolean readOnly = (map.info().flags() & MapInfo.RDONLY_PROG) != 0;
    return readOnly ? MappedArray.mapReadOnly(map) : MappedArray.map(map);
  }

  /** Closes everything; the first failure is thrown with the others suppressed. Idempotent. */
  @Override
  public synchronized void close() {
    List<AutoCloseable> all = new ArrayList<>(sections.values());
    all.addAll(programs.values());
    all.addAll(maps.values());
    sections.clear();
    BpfException failure = null;
    for (AutoCloseable one : all) {
      failure = closeOne(one, failure);
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static BpfException closeOne(AutoCloseable one, BpfException earlier) {
    try {
      one.close();
      return earlier;
    } catch (Exception e) {
      BpfException failure = e instanceof BpfException b ? b : new BpfException("close", one.toString(), 0, e.toString());
      if (earlier == null) {
        return failure;
      }
      earlier.addSuppressed(failure);
      return earlier;
    }
  }
}
