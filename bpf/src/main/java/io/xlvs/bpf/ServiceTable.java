// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;

/**
 * Writes service_table: which packets the data plane recognises. Two copies lie in the map; readers use the one that
 * control.table_copy names. A change goes into the idle copy and is published by one word; the copy that was left is brought
 * up to date at the next change, after a grace period, when no reader can be in it any more.
 *
 * <p>One writer; readers need no lock. Cost of a change: some hundred nanoseconds an endpoint, whatever the table holds.
 */
public final class ServiceTable {
  private final TableMemory table;
  private final TableMemory control;
  private final BucketArray[] copies;
  private final Runnable gracePeriod;
  private final Executor ahead;
  /** The grace period since the last change: run by {@link #ahead}, or else by the next change. */
  private FutureTask<Void> elapsed;
  private int active;
  private Batch pending = new Batch(List.of(), List.of());

  private record Batch(List<Endpoint> removed, List<Endpoint> added) {}

  /**
   * Takes over a table as the map has it; the idle copy is made equal to the active one.
   *
   * @param table both copies of service_table
   * @param control the variable {@code control}
   * @param buckets of one copy, a power of two
   * @param seed settings.hash_seed
   * @param gracePeriod waits until no program run that began before is still going on
   */
  public ServiceTable(TableMemory table, TableMemory control, int buckets, int seed, Runnable gracePeriod) {
    this(table, control, buckets, seed, gracePeriod, later -> {});
  }

  /**
   * The same.
   *
   * @param ahead waits for a grace period after each change, so that the next one finds it over; it need not
   */
  public ServiceTable(TableMemory table, TableMemory control, int buckets, int seed, Runnable gracePeriod, Executor ahead) {
    this.ahead = ahead;
    this.table = table;
    this.control = control;
    this.gracePeriod = gracePeriod;
    long copyBytes = (long) buckets * Bucket.LAYOUT.size();
    if (Integer.bitCount(buckets) != 1 || table.sizeBytes() < 2 * copyBytes) {
      throw new IllegalArgumentException(
          buckets + " buckets in " + table.sizeBytes() + " bytes: must be a power of two that fits twice");
    }
    this.copies = new BucketArray[] {
      new BucketArray(table, 0, buckets, seed), new BucketArray(table, copyBytes, buckets, seed)
    };
    this.active = control.getInt(Control.TABLE_COPY);
    if (active != 0 && active != 1) {
      throw new IllegalStateException("control.table_copy is " + active + ": must be 0 or 1");
    }
    copies[active].takeOver(endpoint -> AddressFilter.admit(control, endpoint));
    copyActiveToIdle();
  }

  /** Endpoints in the table. */
  public long size() {
    return copies[active].size();
  }

  /** Endpoints that certainly fit: beyond that many an insertion may find no place. */
  public static long capacity(int buckets) {
    return buckets / 4L * 3 * Bucket.WAYS;
  }

  /** The smallest number of buckets (a power of two) that holds so many endpoints with room for changes. */
  public static int bucketsFor(long endpoints) {
    int buckets = MINIMUM_BUCKETS;
    while (capacity(buckets) < endpoints) {
      buckets = Math.multiplyExact(buckets, 2);
    }
    return buckets;
  }

  /** Small tables would make it likely that three endpoints share both their buckets and so have no place. */
  private static final int MINIMUM_BUCKETS = 16384;

  /** Visits every endpoint of the copy in use. */
  public void forEach(Consumer<Endpoint> visitor) {
    copies[active].forEach(visitor);
  }

  /** The endpoint with this identity (index left out of account) as the data plane finds it, or null. */
  public Endpoint find(Endpoint identity) {
    return copies[active].find(identity);
  }

  /**
   * Removes and adds endpoints in one step for readers. Adding an endpoint that is there replaces its index.
   *
   * @throws TableFullException when one finds no place; nothing is changed then
   */
  public void apply(List<Endpoint> removed, List<Endpoint> added) {
    if (removed.isEmpty() && added.isEmpty()) {
      return;
    }
    int idle = 1 - active;
    catchUp();
    Batch batch = new Batch(List.copyOf(removed), List.copyOf(added));
    added.forEach(endpoint -> AddressFilter.admit(control, endpoint));
    try {
      write(copies[idle], batch);
    } catch (TableFullException e) {
      copyActiveToIdle();
      throw e;
    }
    control.putIntRelease(Control.TABLE_COPY, idle);
    active = idle;
    pending = batch;
    elapsed = new FutureTask<>(gracePeriod, null);
    ahead.execute(elapsed);
  }

  /** Brings the idle copy up to date. Its placements may differ from the active copy's, so this too may find no place. */
  private void catchUp() {
    if (pending.removed().isEmpty() && pending.added().isEmpty()) {
      return;
    }
    awaitGracePeriod();
    Batch batch = pending;
    pending = new Batch(List.of(), List.of());
    try {
      write(copies[1 - active], batch);
    } catch (TableFullException e) {
      copyActiveToIdle(); // the active copy's placements fit, as it shows
    }
  }

  private void awaitGracePeriod() {
    elapsed.run(); // does nothing if somebody else has begun to
    try {
      elapsed.get();
    } catch (ExecutionException e) {
      elapsed = new FutureTask<>(gracePeriod, null);
      throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a grace period was awaited", e);
    }
  }

  private static void write(BucketArray copy, Batch batch) {
    batch.removed().forEach(copy::remove);
    batch.added().forEach(copy::put);
  }

  private void copyActiveToIdle() {
    copies[1 - active].copyFrom(copies[active]);
  }
}
