// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.RealServerKey;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * mh with mh-minimal: the client's hash and look-up of ip_vs_mh.c, in a table in which a change moves no place that it need not.
 *
 * <p>Weighted rendezvous hashing (D. Thaler and C. Ravishankar, 1998): at each place every server draws a time that is
 * exponentially distributed with its weight for the rate, from nothing but the place and its own address, port and weight; the
 * earliest has the place. So a place changes hands only if its server draws later or not at all (less weight, quiesced, gone), or
 * if another draws earlier than before (more weight, new): servers that did not change never exchange places. And the table is a
 * function of the servers and weights alone: neither their order nor what was before matters, so that every director has the same.
 *
 * <p>The price: shares are drawn, not dealt. A server with the share p of n places has p * n of them on average, with a standard
 * deviation of sqrt(n * p * (1 - p)); hence the large table.
 */
final class MinimalMaglev implements Scheduler {
  static final int TABLE_SIZE = 65537;

  /** Draws of a place differ in multiples of it: the golden ratio in 64 bits. */
  private static final long STEP = 0x9e3779b97f4a7c15L;
  /** Places at a time. */
  private static final int BLOCK = 2048;
  /** With more, all may as well draw anew. */
  private static final int MOST_GAINING = 16;
  private static final int UNKNOWN = -1;

  /** Cells of the table of logarithms; draws between two are interpolated. */
  private static final int CELLS = 4096;
  private static final double[] TIMES = new double[CELLS + 1];

  static {
    for (int cell = 0; cell < CELLS; cell++) {
      // StrictMath: the same bits on every machine.
      TIMES[cell] = -StrictMath.log1p(-(double) cell / CELLS);
    }
    TIMES[CELLS] = 2 * TIMES[CELLS - 1]; // the truth has no bound; whoever draws that late has lost
  }

  @Override
  public String name() {
    return "mh";
  }

  /** With more, a server would have fewer than sixteen places on average. */
  @Override
  public int maxServers() {
    return MaglevHashing.TABLE_SIZE;
  }

  @Override
  public boolean needsRingBefore() {
    return true;
  }

  @Override
  public int places() {
    return TABLE_SIZE;
  }

  @Override
  public Ring ring(List<RealServer> newestFirst) {
    Contest contest = new Contest(newestFirst);
    if (contest.usable.length == 0) {
      return new Ring(Ring.Pick.MAGLEV_HASH, new int[0]);
    }
    // Block by block, so that what has been drawn so far stays near the CPU while every server draws.
    for (int from = 0; from < TABLE_SIZE; from += BLOCK) {
      int to = Math.min(TABLE_SIZE, from + BLOCK);
      for (int server : contest.usable) {
        contest.draw(server, from, to);
      }
    }
    return new Ring(Ring.Pick.MAGLEV_HASH, contest.table);
  }

  /** Nobody but servers of another weight than before can gain or lose a place: whoever has one draws as before. */
  @Override
  public Ring ring(List<RealServer> newestFirst, List<RealServer> before, Ring ringBefore) {
    Contest contest = new Contest(newestFirst);
    Map<RealServerKey, Integer> positions = new HashMap<>();
    for (int server : contest.usable) {
      positions.put(newestFirst.get(server).key(), server);
    }
    int[] nowAt = new int[before.size()];
    for (int old = 0; old < nowAt.length; old++) {
      nowAt[old] = UNKNOWN;
      Integer now = positions.get(before.get(old).key());
      if (now != null && newestFirst.get(now).weight() >= before.get(old).weight()) {
        nowAt[old] = now;
      }
      if (now != null && newestFirst.get(now).weight() <= before.get(old).weight()) {
        positions.remove(before.get(old).key());
      }
    }
    int[] gaining = positions.values().stream().mapToInt(Integer::intValue).sorted().toArray();
    if (ringBefore.entries().length == 0 || gaining.length > MOST_GAINING) {
      return ring(newestFirst);
    }
    return new Ring(Ring.Pick.MAGLEV_HASH, contest.usable.length == 0 ? new int[0] : contest.goOn(ringBefore.entries(), nowAt, gaining));
  }

  /** Who has drawn earliest so far, at each place. */
  private static final class Contest {
    private final int[] usable;
    private final long[] identity;
    private final double[] slowness;
    private final int[] table = new int[TABLE_SIZE];
    private final double[] earliest = new double[TABLE_SIZE];

    Contest(List<RealServer> servers) {
      usable = Weights.usable(servers).toArray();
      identity = servers.stream().mapToLong(MinimalMaglev::identity).toArray();
      slowness = servers.stream().mapToDouble(server -> 1.0 / server.weight()).toArray();
      Arrays.fill(earliest, Double.POSITIVE_INFINITY);
      Arrays.fill(table, UNKNOWN);
    }

    /** A server draws at these places. */
    void draw(int server, int from, int to) {
      long seed = identity[server];
      double own = slowness[server];
      double leastOfAll = own * 0x1p-53;
      for (int place = from; place < to; place++) {
        long uniform = mix(seed + place * STEP) >>> 11;
        // -ln(1 - x) is more than x by far more than rounding can be off: most draws are too late without a look at the logarithm.
        if (uniform * leastOfAll <= earliest[place]) {
          take(place, server, time(uniform) * own);
        }
      }
    }

    private void take(int place, int server, double time) {
      if (time < earliest[place] || time == earliest[place] && identity[server] < identity[table[place]]) {
        earliest[place] = time;
        table[place] = server;
      }
    }

    /** Places of servers that lost weight are drawn for by all; for the others, those who gained some stand against who has them. */
    int[] goOn(int[] entries, int[] nowAt, int[] gaining) {
      for (int place = 0; place < TABLE_SIZE; place++) {
        int holder = nowAt[entries[place]];
        int[] others = holder == UNKNOWN ? usable : gaining;
        if (holder != UNKNOWN && gaining.length == 0) {
          table[place] = holder;
          continue;
        }
        if (holder != UNKNOWN) {
          draw(holder, place, place + 1);
        }
        for (int server : others) {
          draw(server, place, place + 1);
        }
      }
      return table;
    }
  }

  /** -ln(1 - x) of a uniform x in [0, 1), given in 1/2^53: exponentially distributed. */
  private static double time(long uniform) {
    double scaled = uniform * 0x1p-53 * CELLS;
    int cell = (int) scaled;
    return TIMES[cell] + (scaled - cell) * (TIMES[cell + 1] - TIMES[cell]);
  }

  private static long identity(RealServer server) {
    IpAddress address = server.address();
    return mix(mix(mix(address.highBits()) ^ address.lowBits()) ^ (long) server.port() << 1 ^ (address.isIpv4() ? 1 : 0));
  }

  /** A bijection whose every output bit depends on every input bit (the finisher of SplitMix64: G. Steele, D. Lea, C. Flood, 2014). */
  private static long mix(long bits) {
    long mixed = (bits ^ bits >>> 30) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
    return mixed ^ mixed >>> 31;
  }
}
