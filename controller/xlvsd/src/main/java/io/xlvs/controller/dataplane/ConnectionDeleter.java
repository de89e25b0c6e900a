// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Abi;
import io.xlvs.bpf.Deletion;
import io.xlvs.bpf.DeletionOutcome;
import io.xlvs.bpf.DeletionTable;
import io.xlvs.bpf.XlvsObjects;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Deletes what a filter wants. What has been read is given to the kernel a batch at a time, and removed only as it was read: what
 * has changed meanwhile is looked at again.
 */
final class ConnectionDeleter {
  /** Runs xlvs_delete on these and says what became of each. */
  @FunctionalInterface
  interface Kernel {
    List<DeletionOutcome> delete(List<Deletion> batch);
  }

  private final ConnectionReader reader;
  private final Kernel kernel;
  private final BooleanSupplier stop;
  private List<Deletion> batch = new ArrayList<>(Abi.DELETIONS);
  private long connections;
  private long templates;

  /** @param stop asked between batches */
  ConnectionDeleter(ConnectionReader reader, Kernel kernel, BooleanSupplier stop) {
    this.reader = reader;
    this.kernel = kernel;
    this.stop = stop;
  }

  /** Half-open ones first: one that is promoted meanwhile is met in one of the two. */
  DeletedConnections delete() {
    boolean more = reader.connections(true, (key, conn, entry) -> add(Deletion.of(key, conn, true)))
        && reader.connections(false, (key, conn, entry) -> add(Deletion.of(key, conn, false)))
        // When the connections are gone, so that as many templates as can be are held by none.
        && flush()
        && reader.templates(true, (key, template, entry) -> add(Deletion.of(key, template, true)))
        && reader.templates(false, (key, template, entry) -> add(Deletion.of(key, template, false)));
    if (more) {
      flush();
    }
    return new DeletedConnections(connections, templates);
  }

  private boolean add(Deletion deletion) {
    batch.add(deletion);
    return batch.size() < Abi.DELETIONS || flush();
  }

  /** False if the work shall stop. */
  private boolean flush() {
    while (!batch.isEmpty() && !stop.getAsBoolean()) {
      List<Deletion> given = batch;
      List<DeletionOutcome> outcomes = kernel.delete(given);
      batch = new ArrayList<>(Abi.DELETIONS);
      for (int i = 0; i < given.size(); i++) {
        switch (outcomes.get(i)) {
          case DELETED -> count(given.get(i).table());
          case CHANGED -> lookAgain(given.get(i));
          default -> { }
        }
      }
    }
    return !stop.getAsBoolean();
  }

  private void count(DeletionTable table) {
    if (table == DeletionTable.CONNECTIONS || table == DeletionTable.HALF_OPEN) {
      connections++;
    } else {
      templates++;
    }
  }

  private void lookAgain(Deletion one) {
    boolean half = one.table() == DeletionTable.HALF_OPEN || one.table() == DeletionTable.HALF_TEMPLATES;
    if (one.table() == DeletionTable.CONNECTIONS || one.table() == DeletionTable.HALF_OPEN) {
      reader.connection(one.key(), half, (key, conn, entry) -> batch.add(Deletion.of(key, conn, half)));
    } else {
      reader.template(one.key(), half, (key, template, entry) -> batch.add(Deletion.of(key, template, half)));
    }
  }

  /** Runs the kernel's program; one caller at a time. */
  static List<DeletionOutcome> run(XlvsObjects objects, List<Deletion> batch) {
    ByteBuffer bytes = Words.buffer(Deletion.LAYOUT.size());
    for (int i = 0; i < batch.size(); i++) {
      Deletion.write(batch.get(i), bytes, 0);
      objects.deletions().putBytes((long) i * objects.deletions().strideBytes(), bytes.array());
    }
    objects.delete(batch.size());
    List<DeletionOutcome> outcomes = new ArrayList<>(batch.size());
    int outcome = Deletion.LAYOUT.offset("outcome");
    for (int i = 0; i < batch.size(); i++) {
      outcomes.add(DeletionOutcome.of(objects.deletions().getInt((long) i * objects.deletions().strideBytes() + outcome)));
    }
    return outcomes;
  }
}
