// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

import io.xlvs.loader.internal.Capabilities;
import io.xlvs.loader.internal.Errno;
import io.xlvs.loader.internal.Fd;
import io.xlvs.loader.internal.Native;
import io.xlvs.loader.internal.PrintCapture;
import io.xlvs.loader.map.MapType;
import io.xlvs.loader.map.RawMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Entry points that concern the whole process: availability, messages, CPUs, statistics. */
public final class Bpf {
  private static final Path POSSIBLE_CPUS = Path.of("/sys/devices/system/cpu/possible");
  private static final int STATS_RUN_TIME = 0;

  private Bpf() {}

  /** Counting of runs and run time, until closed. */
  public interface RunTimeStatistics extends AutoCloseable {
    @Override
    void close();
  }

  private static final class AvailabilityHolder {
    static final Availability VALUE = probe();
  }

  private static final class CpusHolder {
    static final int POSSIBLE = readPossibleCpus();
  }

  /** Whether BPF works here, found out once by loading libbpf and creating a small map. */
  public static Availability availability() {
    return AvailabilityHolder.VALUE;
  }

  /** Where libbpf's messages go that are part of no exception, one by one; by default nowhere. Must not throw. */
  public static void setPrintHandler(Consumer<String> handler) {
    PrintCapture.setHandler(handler);
  }

  /** Version of the loaded libbpf, for example "1.1". */
  public static String libbpfVersion() {
    return Native.bpf().libbpf_major_version() + "." + Native.bpf().libbpf_minor_version();
  }

  /** Number of CPUs that may ever be online: how many values a per-CPU element has. */
  public static int possibleCpus() {
    return CpusHolder.POSSIBLE;
  }

  /** Makes the kernel count runs and run time of all programs until the result is closed; costs some 20 ns a run. */
  public static RunTimeStatistics enableRunTimeStatistics() {
    int fd = Native.check(Native.bpf().bpf_enable_stats(STATS_RUN_TIME), "enable", "run time statistics");
    return new Fd(fd, "run time statistics")::close;
  }

  private static Availability probe() {
    try (RawMap map = RawMap.create("xlvs_probe", MapType.ARRAY, 4, 8, 1, 0)) {
      return new Availability(map.fd() >= 0, "");
    } catch (BpfException e) {
      boolean refused = e.errno() == Errno.EPERM || e.errno() == Errno.EACCES;
      return new Availability(false, refused ? e.getMessage() + "; " + Capabilities.missing() : e.getMessage());
    }
  }

  private static int readPossibleCpus() {
    try {
      return countCpus(Files.readString(POSSIBLE_CPUS).strip());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the number of possible CPUs from " + POSSIBLE_CPUS, e);
    }
  }

  /** Counts a list like "0-3,8,10-11". */
  static int countCpus(String list) {
    int count = 0;
    for (String range : list.split(",")) {
      String[] ends = range.split("-");
      int first = Integer.parseInt(ends[0]);
      int last = Integer.parseInt(ends[ends.length - 1]);
      count += last - first + 1;
    }
    return count;
  }
}
