// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.RealServerKey;
import io.xlvs.controller.service.Tunnel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MinimalMaglevTest {
  private static final long SEED = 20261122;

  private final MinimalMaglev scheduler = new MinimalMaglev();

  private static RealServer server(int number, int weight) {
    IpAddress address = number % 2 == 0 ? IpAddress.ofIpv4(0x0a010000 + number) : IpAddress.ofIpv6(0xfd01L << 48, number);
    return new RealServer(address, 8080, ForwardingMethod.NAT, weight, weight, 0, 0, Tunnel.DEFAULT, 1);
  }

  private static List<RealServer> servers(int... weights) {
    List<RealServer> servers = new ArrayList<>();
    for (int i = 0; i < weights.length; i++) {
      servers.add(server(i, weights[i]));
    }
    return servers;
  }

  /** Who has each place. */
  private RealServerKey[] table(List<RealServer> servers) {
    int[] entries = scheduler.ring(servers).entries();
    RealServerKey[] table = new RealServerKey[entries.length];
    for (int place = 0; place < entries.length; place++) {
      table[place] = servers.get(entries[place]).key();
    }
    return table;
  }

  private static Map<RealServerKey, Integer> counts(RealServerKey[] table) {
    Map<RealServerKey, Integer> counts = new HashMap<>();
    for (RealServerKey key : table) {
      counts.merge(key, 1, Integer::sum);
    }
    return counts;
  }

  @Test
  void sharesFollowWeightsWithinFourAndAHalfStandardDeviations() {
    Random random = new Random(SEED);
    for (int round = 0; round < 30; round++) {
      List<RealServer> servers = servers(random.ints(2 + random.nextInt(60), 0, round % 2 == 0 ? 2 : 100).toArray());
      servers.add(server(1000, 1));
      double sum = servers.stream().mapToDouble(RealServer::weight).sum();
      Map<RealServerKey, Integer> counts = counts(table(servers));
      for (RealServer server : servers) {
        double share = server.weight() / sum;
        double deviation = Math.sqrt(MinimalMaglev.TABLE_SIZE * share * (1 - share));
        double off = counts.getOrDefault(server.key(), 0) - MinimalMaglev.TABLE_SIZE * share;
        assertThat(Math.abs(off)).as("seed %d round %d server %s", SEED, round, server.key()).isLessThanOrEqualTo(4.5 * deviation);
      }
    }
  }

  @Test
  void aServerOfHugeOrTinyWeightHasItsShare() {
    Map<RealServerKey, Integer> counts = counts(table(servers(Integer.MAX_VALUE, Integer.MAX_VALUE / 100, 1)));
    assertThat(counts.get(server(0, 1).key()) / (double) MinimalMaglev.TABLE_SIZE).isBetween(0.988, 0.992);
    assertThat(counts.get(server(1, 1).key()) / (double) MinimalMaglev.TABLE_SIZE).isBetween(0.008, 0.012);
  }

  /** The heart of it: a place moves only from a server that lost weight or to one that gained some, and so never more than must. */
  @Test
  void aChangeMovesOnlyPlacesOfServersThatLoseAndOnlyToServersThatGain() {
    Random random = new Random(SEED);
    for (int round = 0; round < 60; round++) {
      List<RealServer> before = servers(random.ints(2 + random.nextInt(30), 0, 20).toArray());
      before.add(server(1000, 5));
      List<RealServer> after = new ArrayList<>(before);
      int changed = random.nextInt(before.size());
      RealServer old = before.get(changed);
      int weight = switch (round % 4) {
        case 0 -> 0;
        case 1 -> old.weight() + 1 + random.nextInt(20);
        default -> random.nextInt(40);
      };
      if (round % 4 == 3) {
        after.remove(changed);
        weight = 0;
      } else {
        after.set(changed, new RealServer(old.address(), 8080, old.method(), weight, 1, 0, 0, Tunnel.DEFAULT, 2));
      }
      if (Weights.usable(after).count() == 0) {
        continue;
      }
      RealServerKey[] was = table(before);
      RealServerKey[] is = table(after);
      for (int place = 0; place < was.length; place++) {
        if (!Objects.equals(was[place], is[place])) {
          RealServerKey loser = weight > old.weight() ? is[place] : was[place];
          assertThat(loser).as("seed %d round %d place %d", SEED, round, place).isEqualTo(old.key());
        }
      }
    }
  }

  @Test
  void aTableThatGoesOnFromTheOneBeforeIsTheSameAsOneFromNothing() {
    Random random = new Random(SEED);
    List<RealServer> before = new ArrayList<>(servers(random.ints(20, 0, 20).toArray()));
    Ring ring = scheduler.ring(before);
    for (int round = 0; round < 60; round++) {
      List<RealServer> after = new ArrayList<>(before);
      for (int changes = round % 10 == 9 ? 25 : 1 + random.nextInt(3); changes > 0; changes--) {
        int number = random.nextInt(30);
        after.removeIf(server -> server.key().equals(server(number, 1).key()));
        if (random.nextInt(4) != 0) {
          after.add(random.nextInt(after.size() + 1), server(number, random.nextInt(20)));
        }
      }
      if (round % 20 == 11) {
        after.replaceAll(server -> new RealServer(server.address(), 8080, server.method(), 0, 1, 0, 0, Tunnel.DEFAULT, 2));
      }
      ring = scheduler.ring(after, before, ring);
      assertThat(ring.entries()).as("seed %d round %d", SEED, round).isEqualTo(scheduler.ring(after).entries());
      before = after;
    }
  }

  @Test
  void theSameServersHaveTheSameTableInWhateverOrderTheyCame() {
    List<RealServer> servers = servers(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7);
    RealServerKey[] table = table(servers);
    for (int round = 0; round < 5; round++) {
      Collections.shuffle(servers, new Random(SEED + round));
      assertThat(table(servers)).isEqualTo(table);
    }
  }

  /** Directors of different versions stand side by side during an upgrade: the table may never change. */
  @Test
  void theTableIsTheOneOfEarlierVersions() {
    int hash = 0;
    for (RealServerKey key : table(servers(3, 1, 4, 1, 5, 0, 2, 6))) {
      hash = 31 * hash + key.toString().hashCode();
    }
    assertThat(hash).isEqualTo(1779107824);
  }

  @Test
  void withoutAServerOfAWeightThereIsNoTable() {
    assertThat(scheduler.ring(List.of()).entries()).isEmpty();
    assertThat(scheduler.ring(servers(0, 0)).entries()).isEmpty();
  }
}
