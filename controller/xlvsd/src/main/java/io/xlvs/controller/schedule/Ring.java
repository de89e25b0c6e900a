// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import java.util.Objects;

/**
 * What the kernel chooses from, and how.
 *
 * @param pick how
 * @param entries indices into the list of servers, newest first
 */
public record Ring(Pick pick, int[] entries) {
  /** How the kernel picks an entry. */
  public enum Pick {
    /** The next one, by a counter of the service. */
    NEXT,
    /** ip_vs_sh.c: 256 entries; the entry may name a server of weight 0, then only sh-fallback looks on. */
    SOURCE_HASH,
    /** ip_vs_mh.c: 4093 entries; the entry may name a server of weight 0, then only mh-fallback looks on. */
    MAGLEV_HASH,
    /** ip_vs_lc.c over live counts: every server once, in list order. */
    LEAST_CONNECTION,
    /** ip_vs_wlc.c over live counts and weights: every server once, in list order. */
    WEIGHTED_LEAST_CONNECTION
  }

  public Ring {
    Objects.requireNonNull(pick, "pick");
    Objects.requireNonNull(entries, "entries");
  }
}
