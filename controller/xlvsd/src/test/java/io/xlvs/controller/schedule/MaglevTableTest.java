// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaglevTableTest {
  private static final long SEED = 20261130;

  /** ip_vs_mh_populate(), place after place. */
  private static int[] straightforward(int size, int[] turns, int[] first, int[] skip) {
    int[] table = new int[size];
    Arrays.fill(table, -1);
    int[] next = first.clone();
    int taken = 0;
    for (int server = 0; ; server = (server + 1) % turns.length) {
      for (int turn = 0; turn < turns[server]; turn++) {
        while (table[next[server]] >= 0) {
          next[server] = (next[server] + skip[server]) % size;
        }
        table[next[server]] = server;
        taken++;
        if (taken == size) {
          return table;
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"2,1", "3,2", "5,5", "251,1", "251,250", "4093,3", "4093,4093", "65537,1000", "65521,7", "131071,50", "251,1000", "262139,900"})
  void placesAreThoseOfTheStraightforwardAlgorithm(int size, int servers) {
    Random random = new Random(SEED);
    for (int round = 0; round < 8; round++) {
      int most = round % 4 == 0 ? 1 : 1 + random.nextInt(63);
      int least = round % 2;
      int[] turns = random.ints(servers, least, most + 1).toArray();
      turns[random.nextInt(servers)] = most;
      int[] first = random.ints(servers, 0, size).toArray();
      int[] skip = random.ints(servers, 1, size).toArray();
      int[] expected = straightforward(size, turns, first, skip);
      assertThat(new MaglevTable(size, turns, first, skip).deal()).as("seed %d round %d", SEED, round).isEqualTo(expected);
    }
  }
}
