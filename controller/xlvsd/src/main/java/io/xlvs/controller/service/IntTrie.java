// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Consumer;

/**
 * An immutable map of integers to values in unsigned order: a tree of up to 32 branches a node, by five bits of the key at a time, the highest
 * first. A changed one shares every node with the one before but those on the way to the change, so that what differs between two is found by
 * looking at no more than that.
 */
final class IntTrie<T> {
  private static final int BITS = 5;
  /** Of the root, which decides by the two highest bits alone. */
  private static final int TOP_SHIFT = 30;
  private static final IntTrie<?> EMPTY = new IntTrie<>(0, new Object[0]);

  private record Leaf<T>(int key, T value) {}

  /** Which of the 32 branches there are; {@code slots} has them without gaps: leaves and nodes. */
  private final int present;
  private final Object[] slots;

  private IntTrie(int present, Object[] slots) {
    this.present = present;
    this.slots = slots;
  }

  @SuppressWarnings("unchecked")
  static <T> IntTrie<T> empty() {
    return (IntTrie<T>) EMPTY;
  }

  private static int bit(int key, int shift) {
    return 1 << (key >>> shift & 31);
  }

  private int index(int bit) {
    return Integer.bitCount(present & bit - 1);
  }

  private Object slot(int bit) {
    return (present & bit) == 0 ? null : slots[index(bit)];
  }

  @SuppressWarnings("unchecked")
  private static <T> IntTrie<T> node(Object slot) {
    return (IntTrie<T>) slot;
  }

  @SuppressWarnings("unchecked")
  private static <T> Leaf<T> leaf(Object slot) {
    return (Leaf<T>) slot;
  }

  /** The value, or null. */
  T get(int key) {
    IntTrie<T> node = this;
    for (int shift = TOP_SHIFT; ; shift -= BITS) {
      Object slot = node.slot(bit(key, shift));
      if (slot == null || slot instanceof Leaf<?> leaf && leaf.key != key) {
        return null;
      }
      if (slot instanceof Leaf<?>) {
        return IntTrie.<T>leaf(slot).value;
      }
      node = node(slot);
    }
  }

  IntTrie<T> with(int key, T value) {
    return with(new Leaf<>(key, value), TOP_SHIFT);
  }

  private IntTrie<T> with(Leaf<T> leaf, int shift) {
    int bit = bit(leaf.key, shift);
    Object slot = slot(bit);
    if (slot == null) {
      return inserted(bit, leaf);
    }
    if (slot instanceof Leaf<?> there) {
      if (there.key == leaf.key) {
        return replaced(bit, leaf);
      }
      return replaced(bit, IntTrie.<T>empty().with(IntTrie.<T>leaf(there), shift - BITS).with(leaf, shift - BITS));
    }
    return replaced(bit, IntTrie.<T>node(slot).with(leaf, shift - BITS));
  }

  IntTrie<T> without(int key) {
    return without(key, TOP_SHIFT);
  }

  private IntTrie<T> without(int key, int shift) {
    int bit = bit(key, shift);
    Object slot = slot(bit);
    if (slot == null || slot instanceof Leaf<?> leaf && leaf.key != key) {
      return this;
    }
    if (slot instanceof Leaf<?>) {
      return removed(bit);
    }
    IntTrie<T> below = IntTrie.<T>node(slot).without(key, shift - BITS);
    if (below == slot) {
      return this;
    }
    // No node has less than it could: a leaf alone moves up, so that equal contents have equal shapes.
    boolean lone = below.slots.length == 1 && below.slots[0] instanceof Leaf<?>;
    return below.slots.length == 0 ? removed(bit) : replaced(bit, lone ? below.slots[0] : below);
  }

  private IntTrie<T> inserted(int bit, Object slot) {
    int at = index(bit);
    Object[] more = new Object[slots.length + 1];
    System.arraycopy(slots, 0, more, 0, at);
    more[at] = slot;
    System.arraycopy(slots, at, more, at + 1, slots.length - at);
    return new IntTrie<>(present | bit, more);
  }

  private IntTrie<T> replaced(int bit, Object slot) {
    Object[] other = slots.clone();
    other[index(bit)] = slot;
    return new IntTrie<>(present, other);
  }

  private IntTrie<T> removed(int bit) {
    int at = index(bit);
    Object[] fewer = new Object[slots.length - 1];
    System.arraycopy(slots, 0, fewer, 0, at);
    System.arraycopy(slots, at + 1, fewer, at, fewer.length - at);
    return new IntTrie<>(present & ~bit, fewer);
  }

  /** Values in order of their keys. */
  Iterator<T> iterator() {
    return new Walk<>(this);
  }

  /** Hands over the values of {@code before} and those of {@code after} that are not in the same leaf of both, each in order. */
  static <T> void differences(IntTrie<T> before, IntTrie<T> after, Consumer<T> was, Consumer<T> is) {
    differences((Object) before, after, was, is);
  }

  private static <T> void differences(Object before, Object after, Consumer<T> was, Consumer<T> is) {
    if (before == after) {
      return;
    }
    if (!(before instanceof IntTrie<?> old) || !(after instanceof IntTrie<?> now)) {
      values(before, was);
      values(after, is);
      return;
    }
    for (int rest = old.present | now.present; rest != 0; rest &= rest - 1) {
      int bit = Integer.lowestOneBit(rest);
      differences(old.slot(bit), now.slot(bit), was, is);
    }
  }

  private static <T> void values(Object slot, Consumer<T> visitor) {
    if (slot instanceof Leaf<?>) {
      visitor.accept(IntTrie.<T>leaf(slot).value);
    } else if (slot != null) {
      IntTrie.<T>node(slot).iterator().forEachRemaining(visitor);
    }
  }

  private static final class Walk<T> implements Iterator<T> {
    /** What is left to be visited, the next on top. */
    private final Deque<Object> waiting = new ArrayDeque<>();

    Walk(IntTrie<T> root) {
      push(root);
    }

    private void push(IntTrie<?> node) {
      for (int i = node.slots.length - 1; i >= 0; i--) {
        waiting.push(node.slots[i]);
      }
    }

    @Override
    public boolean hasNext() {
      return !waiting.isEmpty(); // no node below the root is empty
    }

    @Override
    public T next() {
      if (waiting.isEmpty()) {
        throw new NoSuchElementException();
      }
      Object slot = waiting.pop();
      while (!(slot instanceof Leaf<?>)) {
        push(node(slot));
        slot = waiting.pop();
      }
      return IntTrie.<T>leaf(slot).value;
    }
  }
}
