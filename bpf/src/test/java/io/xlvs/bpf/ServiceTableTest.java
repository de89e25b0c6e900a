// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ServiceTableTest {
  private static final int SEED = 0xcafe_f00d;
  private static final int LINE = Bucket.LAYOUT.size();

  private final TableMemory control = TableMemory.allocate(Control.LAYOUT.size());
  private final AtomicInteger gracePeriods = new AtomicInteger();

  @Test
  void findsExactlyWhatAMapHoldsAfterAnySequenceOfChanges() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int buckets = 256;
    TableMemory memory = TableMemory.allocate(2 * buckets * LINE);
    ServiceTable table = new ServiceTable(memory, control, buckets, SEED, gracePeriods::incrementAndGet);
    Map<Endpoint, Integer> model = new HashMap<>();
    for (int round = 0; round < 400; round++) {
      List<Endpoint> removed = new ArrayList<>();
      List<Endpoint> added = new ArrayList<>();
      for (int i = random.nextInt(20); i > 0; i--) {
        Endpoint endpoint = endpoint(random.nextInt(600), random.nextInt(1000));
        boolean add = model.size() < 330 && random.nextInt(3) > 0;
        if (removed.stream().noneMatch(e -> same(e, endpoint)) && added.stream().noneMatch(e -> same(e, endpoint))) {
          (add ? added : removed).add(endpoint);
        }
      }
      table.apply(removed, added);
      removed.forEach(endpoint -> model.remove(identity(endpoint)));
      added.forEach(endpoint -> model.put(identity(endpoint), endpoint.index()));
      verify(memory, buckets, model, seed);
      assertThat(table.size()).isEqualTo(model.size());
    }
    assertThat(gracePeriods.get()).isGreaterThan(300);
  }

  @Test
  void aGracePeriodThatWasAwaitedAheadIsNotAwaitedAgain() {
    List<Runnable> ahead = new ArrayList<>();
    ServiceTable table = new ServiceTable(
        TableMemory.allocate(2 * 16 * LINE), control, 16, SEED, gracePeriods::incrementAndGet, ahead::add);
    table.apply(List.of(), List.of(endpoint(1, 1)));
    assertThat(gracePeriods.get()).as("nothing has to be awaited yet").isZero();
    ahead.get(0).run();
    table.apply(List.of(), List.of(endpoint(2, 1)));
    assertThat(gracePeriods.get()).as("it was awaited ahead").isEqualTo(1);
    table.apply(List.of(), List.of(endpoint(3, 1)));
    assertThat(gracePeriods.get()).as("nobody had awaited the second one's").isEqualTo(2);
    ahead.get(1).run();
    assertThat(gracePeriods.get()).as("which is too late now").isEqualTo(2);
  }

  @Test
  void takesOverWhatTheMapHolds() {
    int buckets = 256;
    TableMemory memory = TableMemory.allocate(2 * buckets * LINE);
    ServiceTable first = new ServiceTable(memory, control, buckets, SEED, () -> {});
    first.apply(List.of(), List.of(endpoint(1, 11)));
    first.apply(List.of(endpoint(1, 0)), List.of(endpoint(2, 22), endpoint(3, 33)));
    ServiceTable second = new ServiceTable(memory, control, buckets, SEED, () -> {});
    assertThat(second.size()).isEqualTo(2);
    second.apply(List.of(endpoint(3, 0)), List.of());
    List<Endpoint> found = new ArrayList<>();
    second.forEach(found::add);
    assertThat(found).containsExactly(endpoint(2, 22));
    assertThat(second.find(endpoint(2, 0))).isEqualTo(endpoint(2, 22));
  }

  @Test
  void leavesReadersAloneWhenAChangeDoesNotFit() {
    int buckets = 16;
    TableMemory memory = TableMemory.allocate(2 * buckets * LINE);
    ServiceTable table = new ServiceTable(memory, control, buckets, SEED, () -> {});
    table.apply(List.of(), List.of(endpoint(0, 7), endpoint(1, 8)));
    List<Endpoint> many = new ArrayList<>();
    for (int i = 10; i < 60; i++) {
      many.add(endpoint(i, i));
    }
    assertThatThrownBy(() -> table.apply(List.of(endpoint(0, 0)), many)).isInstanceOf(TableFullException.class);
    verify(memory, buckets, Map.of(identity(endpoint(0, 0)), 7, identity(endpoint(1, 0)), 8), 0);
    table.apply(List.of(endpoint(0, 0)), List.of());
    verify(memory, buckets, Map.of(identity(endpoint(1, 0)), 8), 0);
  }

  @Test
  void fillsToItsStatedCapacityAndChangesAnEndpointAmongAMillionWithinAMillisecond() {
    int endpoints = 1_000_000;
    int buckets = ServiceTable.bucketsFor(endpoints);
    TableMemory memory = TableMemory.allocate(2 * buckets * LINE);
    ServiceTable table = new ServiceTable(memory, control, buckets, SEED, () -> {});
    List<Endpoint> all = new ArrayList<>();
    for (int i = 0; i < endpoints; i++) {
      all.add(endpoint(i, i));
    }
    table.apply(List.of(), all);
    assertThat(table.size()).isEqualTo(endpoints);
    table.apply(List.of(), List.of(endpoint(endpoints, 0)));
    long[] nanos = new long[101];
    for (int i = 0; i < nanos.length; i++) {
      long start = System.nanoTime();
      table.apply(List.of(endpoint(i, 0)), List.of(endpoint(2 * endpoints + i, 0)));
      nanos[i] = System.nanoTime() - start;
    }
    java.util.Arrays.sort(nanos);
    assertThat(nanos[nanos.length / 2]).isLessThan(TimeUnit.MILLISECONDS.toNanos(10));
  }

  /** Looks up as find_endpoint() does, reading nothing but the bytes. */
  private void verify(TableMemory memory, int buckets, Map<Endpoint, Integer> model, long seed) {
    for (int i = 0; i < 600; i++) {
      Endpoint identity = endpoint(i, 0);
      assertThat(lookUp(memory, buckets, identity)).as("endpoint %d, random seed %d", i, seed).isEqualTo(model.get(identity));
    }
  }

  private Integer lookUp(TableMemory memory, int buckets, Endpoint wanted) {
    long copy = (long) control.getInt(0) * buckets * LINE;
    long hash = EndpointHash.of(wanted, SEED);
    long first = copy + (long) ((int) hash & buckets - 1) * LINE;
    Integer found = inBucket(memory, first, wanted);
    if (found != null || memory.getInt(first + 56) == 0) {
      return found;
    }
    return inBucket(memory, copy + (long) ((int) (hash >>> 32) & buckets - 1) * LINE, wanted);
  }

  private static Integer inBucket(TableMemory memory, long bucket, Endpoint wanted) {
    for (int way = 0; way < 2; way++) {
      java.nio.ByteBuffer bytes = java.nio.ByteBuffer.allocate(28).order(java.nio.ByteOrder.nativeOrder());
      for (int word = 0; word < 7; word++) {
        bytes.putInt(4 * word, memory.getInt(bucket + 28L * way + 4L * word));
      }
      if (bytes.get(19) != 0 && same(Endpoint.read(bytes, 0), wanted)) {
        return bytes.getInt(24);
      }
    }
    return null;
  }

  private static boolean same(Endpoint a, Endpoint b) {
    return identity(a).equals(identity(b));
  }

  private static Endpoint identity(Endpoint e) {
    return new Endpoint(e.address(), e.port(), e.protocol(), e.kind(), e.family(), 0);
  }

  private static Endpoint endpoint(int i, int index) {
    byte[] address = {10, (byte) (i >> 16), (byte) (i >> 8), (byte) i};
    EndpointKind kind = i % 3 == 0 ? EndpointKind.SERVICE : EndpointKind.SERVER;
    return new Endpoint(WireAddress.of(address), 80 + i % 7, 6, kind, Family.IPV4, index);
  }
}
