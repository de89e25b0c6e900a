// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import java.util.BitSet;

/** Hands out the lowest free number below a capacity. One thread at a time. */
final class IdPool {
  private final int capacity;
  private final BitSet taken = new BitSet();
  private int count;
  private int lowestFree;

  IdPool(int capacity) {
    this.capacity = capacity;
  }

  int capacity() {
    return capacity;
  }

  int used() {
    return count;
  }

  /** A free number, or -1 when there is none. */
  int allocate() {
    int id = taken.nextClearBit(lowestFree);
    if (id >= capacity) {
      return -1;
    }
    taken.set(id);
    count++;
    lowestFree = id + 1;
    return id;
  }

  /** Takes a certain number, which must be free. */
  void reserve(int id) {
    if (id < 0 || id >= capacity || taken.get(id)) {
      throw new IllegalStateException(id + " is taken already or not below " + capacity);
    }
    taken.set(id);
    count++;
  }

  /** Gives a number back. */
  void release(int id) {
    if (!taken.get(id)) {
      throw new IllegalStateException(id + " was not taken");
    }
    taken.clear(id);
    count--;
    lowestFree = Math.min(lowestFree, id);
  }
}
