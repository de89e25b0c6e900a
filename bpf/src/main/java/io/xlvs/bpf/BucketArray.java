// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/**
 * One copy of service_table: a cuckoo hash table of buckets of {@link Bucket#WAYS} endpoints. An endpoint lies in the bucket
 * of its first hash or of its second; in the second case {@code overflow} of the first bucket counts it, so that most
 * unsuccessful searches read one line. The C side's search: {@code find_endpoint()} in service.h.
 *
 * <p>What lies in the memory already is unknown until {@link #takeOver} or {@link #copyFrom}.
 */
final class BucketArray {
  private static final int ENDPOINT_WORDS = Endpoint.LAYOUT.size() / 4;
  private static final int KEY_WORDS = Endpoint.INDEX / 4;

  /** A walk of displacements longer than this means that the table is too full. */
  private static final int MAX_MOVES = 1000;

  private final TableMemory memory;
  private final long base;
  private final int buckets;
  private final int seed;
  private final ByteBuffer scratch = ByteBuffer.allocate(Endpoint.LAYOUT.size()).order(ByteOrder.nativeOrder());
  /** An entry that is read. */
  private final ByteBuffer copied = ByteBuffer.allocate(Endpoint.LAYOUT.size()).order(ByteOrder.nativeOrder());
  private long size;

  /** Chooses whom to displace: any fixed sequence does, so that a run can be repeated. */
  private int walk = 1;

  BucketArray(TableMemory memory, long base, int buckets, int seed) {
    this.memory = memory;
    this.base = base;
    this.buckets = buckets;
    this.seed = seed;
  }

  long size() {
    return size;
  }

  /** Visits every endpoint, and knows the {@link #size} from then on. */
  void takeOver(Consumer<Endpoint> visitor) {
    size = 0;
    forEach(endpoint -> {
      size++;
      visitor.accept(endpoint);
    });
  }

  void forEach(Consumer<Endpoint> visitor) {
    for (int bucket = 0; bucket < buckets; bucket++) {
      for (int way = 0; way < Bucket.WAYS; way++) {
        if (!isFree(at(bucket, way))) {
          visitor.accept(read(at(bucket, way)));
        }
      }
    }
  }

  Endpoint find(Endpoint identity) {
    long found = locate(identity);
    return found < 0 ? null : read(found);
  }

  /** Makes this copy equal to another of the same size. */
  void copyFrom(BucketArray other) {
    long bytes = (long) buckets * Bucket.LAYOUT.size();
    for (long at = 0; at < bytes; at += Long.BYTES) {
      long word = other.memory.getLong(other.base + at);
      if (memory.getLong(base + at) != word) {
        memory.putLongRelease(base + at, word);
      }
    }
    size = other.size;
  }

  /** Adds an endpoint or replaces its index. */
  void put(Endpoint endpoint) {
    long found = locate(endpoint);
    if (found >= 0) {
      memory.putInt(found + Endpoint.INDEX, endpoint.index());
      return;
    }
    place(endpoint);
    size++;
  }

  /** Removes an endpoint; one that is not there is no error. */
  void remove(Endpoint endpoint) {
    long found = locate(endpoint);
    if (found < 0) {
      return;
    }
    clear(found);
    size--;
    int first = first(EndpointHash.of(endpoint, seed));
    if (bucketOf(found) != first) {
      addOverflow(first, -1);
    }
  }

  private void place(Endpoint endpoint) {
    Endpoint homeless = endpoint;
    int avoid = -1;
    for (int move = 0; move < MAX_MOVES; move++) {
      long hash = EndpointHash.of(homeless, seed);
      if (settle(homeless, first(hash), first(hash)) || settle(homeless, second(hash), first(hash))) {
        return;
      }
      // Both are full: take the place of another, but not in the bucket that this one was just driven from.
      int bucket = first(hash) == avoid ? second(hash) : first(hash);
      walk = walk * 1664525 + 1013904223;
      long victim = at(bucket, (walk >>> 16) % Bucket.WAYS);
      Endpoint displaced = read(victim);
      int displacedFirst = first(EndpointHash.of(displaced, seed));
      if (displacedFirst != bucket) {
        addOverflow(displacedFirst, -1);
      }
      write(victim, homeless);
      if (bucket != first(hash)) {
        addOverflow(first(hash), 1);
      }
      homeless = displaced;
      avoid = bucket;
    }
    throw new TableFullException(endpoint, size, buckets);
  }

  private boolean settle(Endpoint endpoint, int bucket, int first) {
    for (int way = 0; way < Bucket.WAYS; way++) {
      if (isFree(at(bucket, way))) {
        write(at(bucket, way), endpoint);
        if (bucket != first) {
          addOverflow(first, 1);
        }
        return true;
      }
    }
    return false;
  }

  /** Byte offset of the endpoint with this identity, or -1: the C side's search, step by step. */
  private long locate(Endpoint identity) {
    long hash = EndpointHash.of(identity, seed);
    Endpoint.write(identity, scratch, 0);
    long found = search(first(hash));
    if (found < 0 && memory.getInt(bucket(first(hash)) + Bucket.OVERFLOW) != 0) {
      found = search(second(hash));
    }
    return found;
  }

  private long search(int bucket) {
    for (int way = 0; way < Bucket.WAYS; way++) {
      if (matches(at(bucket, way))) {
        return at(bucket, way);
      }
    }
    return -1;
  }

  private boolean matches(long entry) {
    for (int word = 0; word < KEY_WORDS; word++) {
      if (memory.getInt(entry + 4L * word) != scratch.getInt(4 * word)) {
        return false;
      }
    }
    return true;
  }

  private boolean isFree(long entry) {
    return (memory.getInt(entry + KIND_WORD) & KIND_MASK) == 0;
  }

  /** The aligned word that holds the kind, and where in it. */
  private static final int KIND_WORD = Endpoint.KIND & ~3;
  private static final int KIND_MASK = kindMask();

  private static int kindMask() {
    ByteBuffer word = ByteBuffer.allocate(4).order(ByteOrder.nativeOrder());
    return word.put(Endpoint.KIND & 3, (byte) 0xff).getInt(0);
  }

  private Endpoint read(long entry) {
    for (int word = 0; word < ENDPOINT_WORDS; word++) {
      copied.putInt(4 * word, memory.getInt(entry + 4L * word));
    }
    return Endpoint.read(copied, 0);
  }

  private void write(long entry, Endpoint endpoint) {
    Endpoint.write(endpoint, scratch, 0);
    for (int word = 0; word < ENDPOINT_WORDS; word++) {
      memory.putInt(entry + 4L * word, scratch.getInt(4 * word));
    }
  }

  private void clear(long entry) {
    for (int word = 0; word < ENDPOINT_WORDS; word++) {
      memory.putInt(entry + 4L * word, 0);
    }
  }

  private void addOverflow(int bucket, int by) {
    long at = bucket(bucket) + Bucket.OVERFLOW;
    memory.putInt(at, memory.getInt(at) + by);
  }

  private int first(long hash) {
    return (int) hash & buckets - 1;
  }

  private int second(long hash) {
    return (int) (hash >>> 32) & buckets - 1;
  }

  private long bucket(int bucket) {
    return base + (long) bucket * Bucket.LAYOUT.size();
  }

  private long at(int bucket, int way) {
    return bucket(bucket) + Bucket.WAY + (long) way * Endpoint.LAYOUT.size();
  }

  private int bucketOf(long entry) {
    return (int) ((entry - base) / Bucket.LAYOUT.size());
  }
}
