// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import io.xlvs.ctl.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Scheduler flags: three bits, {@code flag-1} to {@code flag-3}, of which sh and mh have names of their own for the first
 * two ({@code sh-fallback}, {@code sh-port}). And two that IPVS has not: {@code mh-minimal}, and {@code ring-first} of both.
 */
final class SchedulerFlags {
  private static final String GENERIC = "flag-";
  private static final List<String> SUFFIXES = List.of("-fallback", "-port");
  private static final String MINIMAL = "mh-minimal";
  private static final int MINIMAL_BIT = 4;
  private static final String RING_FIRST = "ring-first";
  private static final int RING_FIRST_BIT = 5;

  private SchedulerFlags() {}

  /** Flags of a comma-separated list, in the order of their bits, under the names that belong to the scheduler. */
  static List<String> parse(String scheduler, String list) {
    Set<Integer> bits = new TreeSet<>();
    for (String flag : list.split(",")) {
      int bit = bit(flag);
      if (bit == 0) {
        throw new Failure(Failure.USAGE, "invalid scheduler flag `" + flag + "'",
            "flags are sh-fallback, sh-port, mh-fallback, mh-port, mh-minimal, ring-first, flag-1, flag-2 and flag-3");
      }
      if (!fits(flag, scheduler)) {
        throw new Failure(Failure.USAGE, "incompatible scheduler flag `" + flag + "'",
            "it belongs to -s " + (bit == RING_FIRST_BIT ? "sh and -s mh" : flag.substring(0, 2)) + ", the scheduler is " + (scheduler.isEmpty() ? "wlc" : scheduler));
      }
      bits.add(bit);
    }
    return names(scheduler, bits);
  }

  private static boolean fits(String flag, String scheduler) {
    return flag.equals(RING_FIRST)
        ? scheduler.equals("sh") || scheduler.equals("mh")
        : flag.startsWith(GENERIC) || flag.startsWith(scheduler + "-");
  }

  /** The flags as ipvsadm lists them. */
  static String list(String scheduler, List<String> flags) {
    Set<Integer> bits = new TreeSet<>();
    flags.forEach(flag -> bits.add(bit(flag)));
    return String.join(",", names(scheduler, bits));
  }

  private static List<String> names(String scheduler, Set<Integer> bits) {
    boolean named = scheduler.equals("sh") || scheduler.equals("mh");
    List<String> names = new ArrayList<>();
    for (int bit : bits) {
      names.add(switch (bit) {
        case MINIMAL_BIT -> MINIMAL;
        case RING_FIRST_BIT -> RING_FIRST;
        default -> named && bit <= SUFFIXES.size() ? scheduler + SUFFIXES.get(bit - 1) : GENERIC + bit;
      });
    }
    return names;
  }

  /** 1..5, or 0 if there is no such flag. */
  private static int bit(String flag) {
    if (flag.equals(MINIMAL)) {
      return MINIMAL_BIT;
    } else if (flag.equals(RING_FIRST)) {
      return RING_FIRST_BIT;
    }
    if (flag.matches("flag-[123]")) {
      return flag.charAt(GENERIC.length()) - '0';
    }
    return flag.matches("(sh|mh)(-fallback|-port)") ? SUFFIXES.indexOf(flag.substring(2)) + 1 : 0;
  }
}
