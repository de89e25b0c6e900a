// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.RealServer;
import java.util.Arrays;
import java.util.List;

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
  public Ring ring(List<RealServer> newestFirst) {
    int[] usable = Weights.usable(newestFirst).toArray();
    if (usable.length == 0) {
      return new Ring(Ring.Pick.MAGLEV_HASH, new int[0]);
    }
    int[] table = new int[TABLE_SIZE];
    double[] earliest = new double[TABLE_SIZE];
    long[] holder = new long[TABLE_SIZE];
    Arrays.fill(earliest, Double.POSITIVE_INFINITY);
    for (int server : usable) {
      long identity = identity(newestFirst.get(server));
      double slowness = 1.0 / newestFirst.get(server).weight();
      for (int place = 0; place < TABLE_SIZE; place++) {
        double time = time(mix(identity + place * 0x9e3779b97f4a7c15L)) * slowness;
        if (time < earliest[place] || (time == earliest[place] && identity < holder[place])) {
          earliest[place] = time;
          holder[place] = identity;
          table[place] = server;
        }
      }
    }
    return new Ring(Ring.Pick.MAGLEV_HASH, table);
  }

  /** -ln(1 - x) of a uniform x in [0, 1): exponentially distributed. */
  private static double time(long uniform) {
    double scaled = (uniform >>> 11) * 0x1p-53 * CELLS;
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
