// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.features;

import io.xlvs.loader.NotSupportedException;
import io.xlvs.loader.ProgramType;
import io.xlvs.loader.internal.Native;
import io.xlvs.loader.internal.PrintCapture;
import io.xlvs.loader.map.MapType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;

/** What the running kernel can do, found out by trying; each answer is kept for the life of the process. */
public final class Features {
  private static final Map<String, Boolean> ANSWERS = new ConcurrentHashMap<>();

  private Features() {}

  /** Whether maps of a type can be created. */
  public static boolean hasMapType(MapType type) {
    return answer("map type " + type, () -> Native.bpf().libbpf_probe_bpf_map_type(type.number(), 0));
  }

  /** Whether programs of a type can be loaded. */
  public static boolean hasProgramType(ProgramType type) {
    return answer("program type " + type, () -> Native.bpf().libbpf_probe_bpf_prog_type(type.number(), 0));
  }

  /**
   * Whether programs of a type may call a helper.
   *
   * @param helper number of the helper ({@code enum bpf_func_id}), for example 69 for bpf_fib_lookup
   */
  public static boolean hasHelper(ProgramType type, int helper) {
    return answer(
        "helper " + helper + " in program type " + type,
        () -> HelperProbe.probe(type, helper));
  }

  /** Throws {@link NotSupportedException} unless programs of a type may call a helper. */
  public static void requireHelper(ProgramType type, int helper, String minimumKernel) {
    if (!hasHelper(type, helper)) {
      throw new NotSupportedException("helper " + helper + " in program type " + type, minimumKernel);
    }
  }

  /** Throws {@link NotSupportedException} unless maps of a type can be created. */
  public static void requireMapType(MapType type, String minimumKernel) {
    if (!hasMapType(type)) {
      throw new NotSupportedException("map type " + type, minimumKernel);
    }
  }

  /** Throws {@link NotSupportedException} unless programs of a type can be loaded. */
  public static void requireProgramType(ProgramType type, String minimumKernel) {
    if (!hasProgramType(type)) {
      throw new NotSupportedException("program type " + type, minimumKernel);
    }
  }

  private static boolean answer(String feature, IntSupplier probe) {
    return ANSWERS.computeIfAbsent(feature, key -> {
      try (PrintCapture capture = PrintCapture.open()) {
        int result = Native.check(probe.getAsInt(), "probe", feature);
        capture.take(); // refusals are the expected answer of a probe
        return result == 1;
      }
    });
  }
}
