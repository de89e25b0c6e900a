// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import java.util.Objects;

/**
 * What the kernel chooses from, and how.
 *
 * @param pick how
 * @param entries indices into the list of servers, newest first
 * @param numbers a number for each entry, which follows it in the kernel's ring; empty for picks that need none
 */
public record Ring(Pick pick, int[] entries, int[] numbers) {
  /** How the kernel picks an entry. */
  public enum Pick {
    /** The next one, by a counter of the service. */
    NEXT,
    /** ip_vs_sh.c: 256 entries; the entry may name a server of weight 0, then only sh-fallback looks on. */
    SOURCE_HASH,
    /** ip_vs_mh.c: 4093 entries; the entry may name a server of weight 0, then only mh-fallback looks on. */
    MAGLEV_HASH,
    /** ip_vs_dh.c: 256 entries; the entry may name a server of weight 0, then the client is refused. */
    DESTINATION_HASH,
    /** ip_vs_fo.c: every server once, the heaviest first. */
    FAILOVER,
    /** ip_vs_lc.c, ip_vs_wlc.c over live counts: every server once, in list order; numbers: weights, for lc 1. */
    LEAST_CONNECTION,
    /** ip_vs_sed.c over live counts: every server once, in list order; numbers: weights. */
    SHORTEST_EXPECTED_DELAY,
    /** ip_vs_nq.c over live counts: every server once, in list order; numbers: weights. */
    NEVER_QUEUE,
    /** ip_vs_ovf.c over live counts: every server once, the heaviest first; numbers: weights. */
    OVERFLOW,
    /**
     * ip_vs_twos.c over live counts: an alias table; two entries a column: every server once, in list order, and the one that it
     * shares its column with; numbers: the first one's share in 1/2^32, 0.
     */
    TWO_CHOICES,
    /** ip_vs_lblc.c over live counts: as {@link #LEAST_CONNECTION}; the kernel keeps what a destination was given. */
    LOCALITY_BASED,
    /** ip_vs_lblcr.c over live counts: as {@link #LEAST_CONNECTION}; the kernel keeps what a destination was given. */
    LOCALITY_BASED_REPLICATION
  }

  public Ring {
    Objects.requireNonNull(pick, "pick");
    Objects.requireNonNull(entries, "entries");
    if (numbers.length != 0 && numbers.length != entries.length) {
      throw new IllegalArgumentException(numbers.length + " numbers for " + entries.length + " entries");
    }
  }

  /** A ring without numbers. */
  public Ring(Pick pick, int... entries) {
    this(pick, entries, new int[0]);
  }

  /** Words that it takes in the kernel. */
  public int length() {
    return entries.length + numbers.length;
  }
}
