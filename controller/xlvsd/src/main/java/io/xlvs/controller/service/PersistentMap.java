// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * An immutable map in order of insertion, of which a changed copy costs a few small arrays whatever its size: ten thousand services are not
 * copied because one has changed, nor compared to find which one ({@link #compare}). Values are compared by identity.
 */
public final class PersistentMap<K, V> extends AbstractMap<K, V> {
  private static final PersistentMap<?, ?> EMPTY = new PersistentMap<>(IntTrie.empty(), IntTrie.empty(), 0, 0);

  /** A key with its value; {@code number} gives the order, {@code next} has another key of the same hash, if there is one. */
  private static final class Element<K, V> extends SimpleImmutableEntry<K, V> {
    private static final long serialVersionUID = 1L;
    private final transient int number;
    private final transient Element<K, V> next;

    Element(K key, V value, int number, Element<K, V> next) {
      super(key, value);
      this.number = number;
      this.next = next;
    }
  }

  private final IntTrie<Element<K, V>> byHash;
  private final IntTrie<Element<K, V>> inOrder;
  private final int size;
  /** Of the next element, unsigned. */
  private final int number;

  private PersistentMap(IntTrie<Element<K, V>> byHash, IntTrie<Element<K, V>> inOrder, int size, int number) {
    this.byHash = byHash;
    this.inOrder = inOrder;
    this.size = size;
    this.number = number;
  }

  /** A map of nothing. */
  @SuppressWarnings("unchecked")
  public static <K, V> PersistentMap<K, V> empty() {
    return (PersistentMap<K, V>) EMPTY;
  }

  /** The same map in a map that it is one already, or a copy of it. */
  public static <K, V> PersistentMap<K, V> copyOf(Map<K, V> map) {
    if (map instanceof PersistentMap<K, V> persistent) {
      return persistent;
    }
    PersistentMap<K, V> copy = empty();
    for (Map.Entry<K, V> entry : map.entrySet()) {
      copy = copy.with(entry.getKey(), entry.getValue());
    }
    return copy;
  }

  /** Spread, since hashes of records differ in few bits. */
  private static int hash(Object key) {
    return key.hashCode() * 0x9e3779b9;
  }

  private Element<K, V> find(Object key) {
    Element<K, V> element = byHash.get(hash(key));
    while (element != null && !element.getKey().equals(key)) {
      element = element.next;
    }
    return element;
  }

  @Override
  public V get(Object key) {
    Element<K, V> found = find(key);
    return found == null ? null : found.getValue();
  }

  @Override
  public boolean containsKey(Object key) {
    return find(key) != null;
  }

  @Override
  public int size() {
    return size;
  }

  /** With this value in place of the key's present one, or at the end. */
  public PersistentMap<K, V> with(K key, V value) {
    Element<K, V> found = find(key);
    if (found == null && number == -1) {
      return renumbered().with(key, value);
    }
    int place = found == null ? number : found.number;
    int hash = hash(key);
    Element<K, V> element = new Element<>(key, value, place, others(byHash.get(hash), key));
    return new PersistentMap<>(byHash.with(hash, element), inOrder.with(place, element), found == null ? size + 1 : size,
        found == null ? number + 1 : number);
  }

  /** Without this key. */
  public PersistentMap<K, V> without(K key) {
    Element<K, V> found = find(key);
    if (found == null) {
      return this;
    }
    int hash = hash(key);
    Element<K, V> others = others(byHash.get(hash), key);
    return new PersistentMap<>(others == null ? byHash.without(hash) : byHash.with(hash, others), inOrder.without(found.number), size - 1, number);
  }

  /** A chain of elements of one hash without one of them. */
  private static <K, V> Element<K, V> others(Element<K, V> chain, K without) {
    if (chain == null) {
      return null;
    }
    Element<K, V> rest = others(chain.next, without);
    if (chain.getKey().equals(without)) {
      return rest;
    }
    return rest == chain.next ? chain : new Element<>(chain.getKey(), chain.getValue(), chain.number, rest);
  }

  /** After four thousand million insertions. */
  private PersistentMap<K, V> renumbered() {
    PersistentMap<K, V> fresh = empty();
    for (Map.Entry<K, V> entry : entrySet()) {
      fresh = fresh.with(entry.getKey(), entry.getValue());
    }
    return fresh;
  }

  /**
   * What is otherwise than in an earlier map. Costs what differs, if this one came from that one.
   *
   * @param gone gets each key that is no longer there, with its value
   * @param changed gets each key that is new or has another value, in this map's order
   */
  public void compare(PersistentMap<K, V> before, BiConsumer<K, V> gone, BiConsumer<K, V> changed) {
    IntTrie.differences(
        before.inOrder, inOrder,
        was -> {
          if (!containsKey(was.getKey())) {
            gone.accept(was.getKey(), was.getValue());
          }
        },
        is -> {
          if (before.get(is.getKey()) != is.getValue()) {
            changed.accept(is.getKey(), is.getValue());
          }
        });
  }

  @Override
  public Set<Map.Entry<K, V>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public int size() {
        return size;
      }

      @Override
      public Iterator<Map.Entry<K, V>> iterator() {
        Iterator<Element<K, V>> elements = inOrder.iterator();
        return new Iterator<>() {
          @Override
          public boolean hasNext() {
            return elements.hasNext();
          }

          @Override
          public Map.Entry<K, V> next() {
            return elements.next();
          }
        };
      }
    };
  }
}
