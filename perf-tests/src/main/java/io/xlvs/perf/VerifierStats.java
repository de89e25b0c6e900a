// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.loader.Collection;
import io.xlvs.loader.Program;
import io.xlvs.loader.ProgramInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How large each program of the data plane is to this kernel, and how large bpf/verifier-stats.json says it is: a regression that no
 * clock is needed to see. {@code make verifier-stats} prints the table, {@code UPDATE=1} writes the file. The size of the machine code
 * is shown and not compared, since it depends on the CPU (which shifts it has, which branches it must guard). Needs root.
 */
public final class VerifierStats {
  /** Of a million, BPF_COMPLEXITY_LIMIT_INSNS: older kernels walk more instructions than this one. */
  static final int LIMIT = 500_000;

  /** Same compiler, same kernel, same source: the same figures to the instruction. What is left to small changes. */
  private static final double GROWTH = 0.02;

  /** What was recorded long ago would hide growth up to it. */
  private static final double SHRINKAGE = 0.10;

  private static final String FILE = "bpf/verifier-stats.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  private VerifierStats() {}

  /** What to do about a complaint. */
  static final String ACCEPT =
      "If that is right, `make verifier-stats UPDATE=1' records it, or for kernels 6.1 and 6.12 `make test-kernels UPDATE=1'; the commit says what was bought with it.";

  /**
   * Of one program, global functions included.
   *
   * @param verifiedInstructions that the verifier walked
   * @param xlatedBytes of the instructions as it left them, 8 each
   */
  record Size(@JsonProperty("verified_instructions") int verifiedInstructions, @JsonProperty("xlated_bytes") int xlatedBytes) {}

  /** {@code [--update]}, at the root of the source tree. */
  public static void main(String[] arguments) throws IOException {
    boolean update = arguments.length == 1 && arguments[0].equals("--update");
    if (arguments.length > 0 && !update) {
      System.err.println("verifier-stats: unknown option '" + arguments[0] + "'; usage: verifier-stats [--update]");
      System.exit(2);
    }
    Path file = Path.of(FILE);
    Map<String, ProgramInfo> programs = programs();
    Map<String, Size> recorded = read(file);
    Path hitFile = Path.of(HitPath.FILE);
    Map<String, HitPath.Row> hits = HitPath.measure();
    Map<String, BpfTrace.Counts> recordedHits = HitPath.read(hitFile);
    System.out.println(table(programs, recorded));
    System.out.println(HitPath.table(hits, recordedHits));
    if (update) {
      write(file, sizes(programs));
      HitPath.write(hitFile, hits);
      System.out.println("Written to " + FILE + " for kernel " + kernel() + ", and to " + HitPath.FILE + ".");
      return;
    }
    List<String> complaints = new ArrayList<>(recorded.isEmpty() ? List.of() : complaints(recorded, sizes(programs)));
    complaints.addAll(HitPath.complaints(recordedHits, HitPath.counts(hits)));
    complaints.forEach(System.out::println);
    System.exit(complaints.isEmpty() ? 0 : 1);
  }

  /** Loads every program of the object and asks the kernel. */
  static Map<String, ProgramInfo> programs() {
    Map<String, ProgramInfo> infos = new TreeMap<>();
    try (Collection collection = XlvsObjects.parse().load()) {
      for (Program program : collection.programs().values()) {
        infos.put(program.name(), program.info());
      }
    }
    return infos;
  }

  static Map<String, Size> sizes(Map<String, ProgramInfo> programs) {
    Map<String, Size> sizes = new TreeMap<>();
    programs.forEach((name, info) -> sizes.put(name, new Size(info.verifiedInstructions(), info.xlatedBytes())));
    return sizes;
  }

  /** What the file says of this kernel's series; nothing if it does not know it. */
  static Map<String, Size> read(Path file) throws IOException {
    return all(file).getOrDefault(kernel(), new TreeMap<>());
  }

  private static void write(Path file, Map<String, Size> sizes) throws IOException {
    TreeMap<String, TreeMap<String, Size>> all = all(file);
    all.put(kernel(), new TreeMap<>(sizes));
    Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(all) + "\n");
  }

  private static TreeMap<String, TreeMap<String, Size>> all(Path file) throws IOException {
    return JSON.readValue(file.toFile(), new TypeReference<>() {});
  }

  /** "6.18": what the verifier does changes with it. */
  private static String kernel() {
    String[] release = System.getProperty("os.version").split("[.-]");
    return release[0] + "." + release[1];
  }

  /** One line for each figure that is no longer what was recorded, and how to accept it. */
  static List<String> complaints(Map<String, Size> recorded, Map<String, Size> now) {
    List<String> complaints = new ArrayList<>();
    now.forEach((name, size) -> {
      Size before = recorded.get(name);
      if (before == null) {
        complaints.add(name + " is not in " + FILE);
      } else {
        compare(name + ": verified instructions", before.verifiedInstructions, size.verifiedInstructions, complaints);
        compare(name + ": translated bytes", before.xlatedBytes, size.xlatedBytes, complaints);
      }
    });
    recorded.keySet().stream().filter(name -> !now.containsKey(name)).forEach(name -> complaints.add(name + " of " + FILE + " is gone"));
    if (!complaints.isEmpty()) {
      complaints.add(ACCEPT);
    }
    return complaints;
  }

  private static void compare(String what, int before, int now, List<String> complaints) {
    if (now > before * (1 + GROWTH)) {
      complaints.add(what + " grew " + change(before, now) + "; allowed: " + percent(GROWTH));
    } else if (now < before * (1 - SHRINKAGE)) {
      complaints.add(what + " fell " + change(before, now) + ": record it, or the file allows to lose that again");
    }
  }

  private static String change(int before, int now) {
    return String.format(Locale.ROOT, "from %,d to %,d (%+.1f %%)", before, now, 100.0 * (now - before) / before);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }

  private static String table(Map<String, ProgramInfo> programs, Map<String, Size> recorded) {
    String format = "| %-14s | %21s | %9s | %17s | %9s | %13s |%n";
    StringBuilder table = new StringBuilder();
    table.append(String.format(format, "program", "verified instructions", "recorded", "translated bytes", "recorded", "machine code"));
    table.append("|---|---:|---:|---:|---:|---:|\n");
    programs.forEach((name, info) -> {
      Size before = recorded.get(name);
      table.append(String.format(
          format, name, number(info.verifiedInstructions()), before == null ? "" : number(before.verifiedInstructions),
          number(info.xlatedBytes()), before == null ? "" : number(before.xlatedBytes), number(info.jitedBytes())));
    });
    return table.toString();
  }

  private static String number(int value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
