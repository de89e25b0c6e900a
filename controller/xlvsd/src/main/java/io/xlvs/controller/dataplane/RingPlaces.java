// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Pick;
import io.xlvs.bpf.Place;
import io.xlvs.bpf.PlaceState;
import io.xlvs.bpf.Region;
import io.xlvs.bpf.RingLine;
import io.xlvs.loader.map.MappedArray;
import java.util.BitSet;
import java.util.function.IntPredicate;

/**
 * The ring of one service that is ring first: what becomes of each place when the servers change, and as time passes. All of its state but
 * the times lies in the map; a daemon that takes it over lets the times begin anew, so that changes take longer, never shorter.
 *
 * <p>What no step may break: STABLE(S) means that every live flow of the place is at S, and no record names another server; in HOLD(A, B)
 * and LEARN(A, B) flows without a record are at A, in DRAIN(B) at B. docs/adr/0008-ring-first.md argues for each step.
 */
final class RingPlaces {
  /**
   * What a client's place depends on beside the client.
   *
   * @param hashPort whether its port counts
   * @param places in the ring
   */
  record Rule(Pick pick, boolean hashPort, int places) {}

  /**
   * For how long flows may be silent, in nanoseconds.
   *
   * @param handshake that is under way
   * @param flow any
   */
  record Silence(long handshake, long flow) {}

  private final MappedArray rings;
  private final long start;
  private final Rule rule;
  /** Since when a place is in HOLD or LEARN, by System.nanoTime(). */
  private final long[] since;
  private final BitSet changing = new BitSet();
  /** Places in DRAIN that nothing has touched since the sweep that is to tell whether a record holds them. */
  private final BitSet asked = new BitSet();
  private long unrecorded;

  /** Takes over what the map has. */
  RingPlaces(MappedArray rings, Region region, Rule rule, long unrecorded, long nowNanos) {
    this.rings = rings;
    this.start = Integer.toUnsignedLong(region.offset()) * Integer.BYTES;
    this.rule = rule;
    this.unrecorded = unrecorded;
    this.since = new long[rule.places];
    for (int i = 0; i < rule.places; i++) {
      since[i] = nowNanos;
      changing.set(i, get(i).state() != PlaceState.STABLE);
    }
  }

  /** Entries of rings for so many places. */
  static int entries(int places) {
    return Place.ENTRIES * places;
  }

  /** The words of a ring that begins with these servers. */
  static int[] words(int[] servers) {
    int[] words = new int[entries(servers.length)];
    for (int i = 0; i < servers.length; i++) {
      words[Place.ENTRIES * i] = servers[i];
    }
    return words;
  }

  Rule rule() {
    return rule;
  }

  /** How many places are not STABLE. */
  int changing() {
    return changing.cardinality();
  }

  Place get(int place) {
    return Place.of(rings.getLong(start + (long) place * Place.BYTES));
  }

  private void put(int place, Place value) {
    rings.putLongRelease(start + (long) place * Place.BYTES, value.word());
    changing.set(place, value.state() != PlaceState.STABLE);
    asked.clear(place);
  }

  /**
   * Has each place go to a server.
   *
   * @param servers slots by place
   * @param gone whether the server of a slot is, or is about to be, no longer available: its flows are lost
   */
  void want(int[] servers, IntPredicate gone, long nowNanos) {
    for (int i = 0; i < servers.length; i++) {
      Place now = get(i);
      Place next = wanted(now, servers[i], server -> server == RingLine.EMPTY || gone.test(server));
      if (!next.equals(now)) {
        if (next.state() == PlaceState.HOLD && now.state() != PlaceState.HOLD) {
          since[i] = nowNanos;
        }
        put(i, next);
      }
    }
  }

  private static Place wanted(Place now, int server, IntPredicate gone) {
    boolean learning = now.state() == PlaceState.HOLD || now.state() == PlaceState.LEARN;
    int unrecorded = learning ? now.was() : now.now();
    if (learning && (gone.test(unrecorded) || unrecorded == server)) {
      return Place.drain(server);
    } else if (now.now() == server) {
      return now;
    } else if (gone.test(unrecorded)) {
      return Place.drain(server);
    }
    return new Place(learning ? now.state() : PlaceState.HOLD, server, unrecorded);
  }

  /**
   * Moves places on whose time has come.
   *
   * @param unrecordedNow the kernel's count of packets whose flow could not be recorded: those flows are where they were, and must show
   *     themselves anew
   * @param crowded whether the table of records has hardly any room: then nothing is concluded from what is not in it
   */
  void pass(Silence silence, long unrecordedNow, boolean crowded, long nowNanos) {
    boolean missed = unrecordedNow != unrecorded;
    unrecorded = unrecordedNow;
    for (int i = changing.nextSetBit(0); i >= 0; i = changing.nextSetBit(i + 1)) {
      Place now = get(i);
      if (now.state() != PlaceState.DRAIN) {
        since[i] = missed ? nowNanos : since[i];
        long age = nowNanos - since[i];
        if (age > Math.max(silence.flow, silence.handshake) && !crowded) {
          put(i, Place.drain(now.now()));
        } else if (now.state() == PlaceState.HOLD && age > silence.handshake) {
          put(i, new Place(PlaceState.LEARN, now.now(), now.was()));
        }
      }
    }
  }

  /** Before a sweep: asks it about all places in DRAIN. */
  void ask() {
    for (int i = changing.nextSetBit(0); i >= 0; i = changing.nextSetBit(i + 1)) {
      Place now = get(i);
      if (now.state() == PlaceState.DRAIN) {
        put(i, Place.drain(now.now()));
        asked.set(i);
      }
    }
  }

  /** After a grace period and a sweep: what no record has held is stable. */
  void conclude() {
    for (int i = asked.nextSetBit(0); i >= 0; i = asked.nextSetBit(i + 1)) {
      Place now = get(i);
      if (now.was() != Place.HELD) {
        put(i, Place.stable(now.now()));
      }
    }
    asked.clear();
  }
}
