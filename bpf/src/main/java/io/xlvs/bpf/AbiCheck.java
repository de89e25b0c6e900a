// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.btf.Btf;
import io.xlvs.loader.btf.BtfType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Compares the type information of a compiled object with the Java mirror, in both directions: a struct, member or constant
 * that only one side knows is a difference too. Runs in the tests and again before each load, so that a stale jar never meets
 * a new object. It takes no privilege.
 */
public final class AbiCheck {
  private static final String OURS = "xlvs_";

  private final Btf btf;
  private final List<String> differences = new ArrayList<>();

  private AbiCheck(Btf btf) {
    this.btf = btf;
  }

  /** One line per difference, "struct xlvs_conn, server: C ... , Java ..."; empty when the two sides agree. */
  public static List<String> differences(Btf btf) {
    AbiCheck check = new AbiCheck(btf);
    check.structs();
    check.enums();
    return List.copyOf(check.differences);
  }

  /** @throws AbiMismatchException when there is any difference */
  public static void require(Btf btf) {
    List<String> differences = differences(btf);
    if (!differences.isEmpty()) {
      throw new AbiMismatchException(differences);
    }
  }

  private void structs() {
    Map<String, StructLayout> mirrored = new LinkedHashMap<>();
    Abi.STRUCTS.forEach(layout -> mirrored.put(layout.name(), layout));
    for (BtfType.Struct struct : btf.structs()) {
      if (struct.name().startsWith(OURS) && !mirrored.containsKey(struct.name())) {
        differences.add("struct " + struct.name() + ": unknown to Java");
      }
    }
    mirrored.values().forEach(this::struct);
  }

  private void struct(StructLayout layout) {
    String name = "struct " + layout.name();
    BtfType.Struct struct = btf.struct(layout.name()).orElse(null);
    if (struct == null) {
      differences.add(name + ": not in the object");
      return;
    }
    compare(name + ", size", struct.sizeBytes(), layout.size());
    Map<String, String> inC = new LinkedHashMap<>();
    for (BtfType.Member member : struct.members()) {
      inC.put(member.name(), "offset " + member.bitOffset() / 8 + " size " + btf.sizeBytes(member));
    }
    Map<String, String> inJava = new LinkedHashMap<>();
    for (StructLayout.Field field : layout.fields()) {
      inJava.put(field.name(), "offset " + field.offset() + " size " + field.size());
    }
    compare(name, inC, inJava);
  }

  private void enums() {
    Map<String, Abi.EnumMirror> mirrored = new LinkedHashMap<>();
    Abi.ENUMS.forEach(mirror -> mirrored.put(mirror.cName(), mirror));
    for (BtfType.Enumeration enumeration : btf.enumerations()) {
      if (enumeration.name().startsWith(OURS) && !mirrored.containsKey(enumeration.name())) {
        differences.add("enum " + enumeration.name() + ": unknown to Java");
      }
    }
    mirrored.values().forEach(this::enumeration);
  }

  private void enumeration(Abi.EnumMirror mirror) {
    String name = "enum " + mirror.cName();
    BtfType.Enumeration enumeration = btf.enumeration(mirror.cName()).orElse(null);
    if (enumeration == null) {
      differences.add(name + ": not in the object");
      return;
    }
    Map<String, String> inC = new LinkedHashMap<>();
    enumeration.values().forEach(value -> inC.put(value.name(), Long.toString(value.value())));
    Map<String, String> inJava = new LinkedHashMap<>();
    mirror.constants().forEach(c -> inJava.put(mirror.prefix() + c.name(), Integer.toString(c.value())));
    mirror.bounds().forEach((bound, value) -> inJava.put(bound, Integer.toString(value)));
    compare(name, inC, inJava);
  }

  private void compare(String owner, Map<String, String> inC, Map<String, String> inJava) {
    TreeSet<String> names = new TreeSet<>(inC.keySet());
    names.addAll(inJava.keySet());
    for (String name : names) {
      compare(owner + ", " + name, inC.getOrDefault(name, "absent"), inJava.getOrDefault(name, "absent"));
    }
  }

  private void compare(String what, Object inC, Object inJava) {
    if (!inC.equals(inJava)) {
      differences.add(what + ": C " + inC + ", Java " + inJava);
    }
  }
}
