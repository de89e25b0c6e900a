// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import io.xlvs.controller.service.RealServer;
import java.util.List;

/**
 * ip_vs_mh.c: each server has its own permutation of a table's places, from two hashes of its address and port; in turns, as many at a time as
 * its weight says, servers take the first free place of theirs. {@link MaglevTable} deals the places out.
 *
 * <p>Weights are the last ones that were not 0: a quiesced server keeps its places, so that nobody else's clients move.
 */
public final class MaglevHashing implements Scheduler {
  /** IPVS's default: CONFIG_IP_VS_MH_TAB_INDEX is 12. */
  static final int TABLE_SIZE = 4093;
  /** IP_VS_MH_TAB_BITS: turns have at most so many bits. */
  private static final int TURN_BITS = 6;

  private final int tableSize;

  MaglevHashing() {
    this(TABLE_SIZE);
  }

  /** @param tableSize a prime */
  public MaglevHashing(int tableSize) {
    this.tableSize = tableSize;
  }

  @Override
  public String name() {
    return "mh";
  }

  @Override
  public int maxServers() {
    return tableSize;
  }

  @Override
  public int places() {
    return TABLE_SIZE;
  }

  @Override
  public Ring ring(List<RealServer> newestFirst) {
    int count = newestFirst.size();
    int[] turns = turns(newestFirst);
    int[] first = new int[count];
    int[] skip = new int[count];
    boolean any = false;
    for (int i = 0; i < count; i++) {
      RealServer server = newestFirst.get(i);
      first[i] = Integer.remainderUnsigned(ClientHash.maglev(server.address(), server.port(), 0), tableSize);
      skip[i] = Integer.remainderUnsigned(ClientHash.maglevSkip(server.address(), server.port()), tableSize - 1) + 1;
      any |= turns[i] > 0;
    }
    return new Ring(Ring.Pick.MAGLEV_HASH, any ? new MaglevTable(tableSize, turns, first, skip).deal() : new int[0]);
  }

  /** Weights divided by their common divisor, shifted right until the largest fits TURN_BITS; at least 1 unless 0. */
  private static int[] turns(List<RealServer> servers) {
    long divisor = 0;
    int max = 0;
    for (RealServer server : servers) {
      divisor = Weights.gcd(server.lastWeight(), divisor);
      max = Math.max(max, server.lastWeight());
    }
    int[] turns = new int[servers.size()];
    if (max == 0) {
      return turns;
    }
    int usedBits = 64 - Long.numberOfLeadingZeros(max / divisor);
    int shift = Math.max(0, usedBits - TURN_BITS);
    for (int i = 0; i < turns.length; i++) {
      int weight = servers.get(i).lastWeight();
      turns[i] = weight == 0 ? 0 : (int) Math.max(1, weight / divisor >> shift);
    }
    return turns;
  }
}
