// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.RealServerKey;
import io.xlvs.controller.service.SchedulerFlag;
import io.xlvs.controller.service.VirtualService;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a change does to the slots of a service's hash table, and so to its clients (dh: destinations).
 *
 * @param slots of the table
 * @param moved whose server becomes another one, or none; the expected number where the hash itself changes, too
 * @param least what the change of the servers' shares takes at least
 * @param refused whose clients find no server of a weight above 0 and no fallback
 */
public record SlotMovement(int slots, int moved, int least, int refused) {
  private static final Set<Ring.Pick> HASHES =
      Set.of(Ring.Pick.SOURCE_HASH, Ring.Pick.MAGLEV_HASH, Ring.Pick.DESTINATION_HASH);
  private static final int NOBODY = 0;

  /** Empty unless the service hashes before and after and had a server for somebody. */
  public static Optional<SlotMovement> between(VirtualService before, VirtualService after) {
    Map<RealServerKey, Integer> numbers = new HashMap<>();
    Ring.Pick was = pick(before);
    Ring.Pick is = pick(after);
    if (!HASHES.contains(was) || !HASHES.contains(is)) {
      return Optional.empty();
    }
    int[] old = holders(before, numbers);
    int[] now = holders(after, numbers);
    int[] oldShares = shares(old, numbers.size() + 1);
    if (oldShares[NOBODY] == old.length) {
      return Optional.empty();
    }
    if (now.length == 0) {
      now = new int[old.length]; // no server, no table: as if nobody had any slot
    }
    int[] newShares = shares(now, numbers.size() + 1);
    boolean sameHash = was == is && old.length == now.length && hashesPort(before) == hashesPort(after);
    int moved = sameHash ? differing(old, now) : expected(oldShares, old.length, newShares, now.length);
    return Optional.of(
        new SlotMovement(now.length, moved, least(oldShares, old.length, newShares, now.length), falls(after) ? 0 : newShares[NOBODY]));
  }

  private static Ring.Pick pick(VirtualService service) {
    return Schedulers.of(service).ring(List.of()).pick();
  }

  /** Who has each slot, by numbers from 1 on. */
  private static int[] holders(VirtualService service, Map<RealServerKey, Integer> numbers) {
    List<RealServer> newestFirst = service.serversNewestFirst();
    int[] slots = Schedulers.of(service).ring(newestFirst).entries();
    int[] number = newestFirst.stream()
        .mapToInt(server -> server.weight() == 0 ? NOBODY : numbers.computeIfAbsent(server.key(), key -> numbers.size() + 1))
        .toArray();
    for (int slot = 0; slot < slots.length; slot++) {
      slots[slot] = number[slots[slot]];
    }
    return slots;
  }

  private static int[] shares(int[] holders, int numbers) {
    int[] shares = new int[numbers];
    for (int holder : holders) {
      shares[holder]++;
    }
    return shares;
  }

  private static int differing(int[] old, int[] now) {
    int differing = 0;
    for (int slot = 0; slot < old.length; slot++) {
      differing += old[slot] != now[slot] ? 1 : 0;
    }
    return differing;
  }

  /** Of two hashes that know nothing of each other. */
  private static int expected(int[] old, int oldSlots, int[] now, int slots) {
    double same = 0;
    for (int number = 0; number < old.length; number++) {
      same += (double) old[number] / oldSlots * now[number] / slots;
    }
    return (int) Math.round(slots * (1 - same));
  }

  private static int least(int[] old, int oldSlots, int[] now, int slots) {
    double least = 0;
    for (int number = 0; number < old.length; number++) {
      least += Math.max(0, (double) old[number] * slots / oldSlots - now[number]);
    }
    return (int) Math.round(least);
  }

  private static boolean hashesPort(VirtualService service) {
    return hasBit(service, SchedulerFlag.FLAG_2);
  }

  private static boolean falls(VirtualService service) {
    return !service.scheduler().equals("dh") && hasBit(service, SchedulerFlag.FLAG_1);
  }

  private static boolean hasBit(VirtualService service, SchedulerFlag like) {
    return service.schedulerFlags().stream().anyMatch(flag -> flag.bit() == like.bit());
  }
}
