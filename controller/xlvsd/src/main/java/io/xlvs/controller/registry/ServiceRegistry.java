// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import io.xlvs.controller.dataplane.DataPlane;
import io.xlvs.controller.dataplane.DataPlaneException;
import io.xlvs.controller.dataplane.Feature;
import io.xlvs.controller.dataplane.InfeasibleException;
import io.xlvs.controller.schedule.Schedulers;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.VirtualService;
import io.xlvs.controller.store.ConfigurationStore;
import io.xlvs.controller.store.KeptRevision;
import io.xlvs.controller.store.StoreException;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the configuration and is the only one to change it. Readers take {@link #current} without a lock. A change is validated whole,
 * checked by the data plane, stored, carried out, and then announced to watchers.
 */
public final class ServiceRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceRegistry.class);

  private final DataPlane dataPlane;
  private final ConfigurationStore store;
  private final Set<Watcher> watchers = new CopyOnWriteArraySet<>();
  private volatile Configuration current;

  /**
   * Starts from what was stored, and makes the data plane hold it.
   *
   * @throws IOException if the store cannot be read
   * @throws DataPlaneException if the data plane cannot carry it out
   */
  public ServiceRegistry(DataPlane dataPlane, ConfigurationStore store) throws IOException, DataPlaneException {
    this(dataPlane, store, store.read());
  }

  /**
   * Starts from what was read of the store before.
   *
   * @throws DataPlaneException if the data plane cannot carry it out
   */
  public ServiceRegistry(DataPlane dataPlane, ConfigurationStore store, Configuration stored) throws DataPlaneException {
    this.dataPlane = Objects.requireNonNull(dataPlane, "dataPlane");
    this.store = Objects.requireNonNull(store, "store");
    requireSchedulers(stored);
    dataPlane.check(stored);
    dataPlane.apply(stored);
    this.current = stored;
  }

  private void requireSchedulers(Configuration stored) throws DataPlaneException {
    List<String> available = Schedulers.available(dataPlane.features().contains(Feature.LEAST_CONNECTION));
    for (VirtualService service : stored.services().values()) {
      if (!available.contains(service.scheduler())) {
        throw new DataPlaneException("stored service " + service.key() + " has scheduler " + service.scheduler()
            + ", which this version does not support: available are " + String.join(", ", available));
      }
    }
  }

  /** The configuration as it stands. */
  public Configuration current() {
    return current;
  }

  /**
   * Carries out all operations or none.
   *
   * @param expectedRevision the revision that the caller has seen; 0: any
   * @param validateOnly answer as if done, change nothing
   * @return the configuration after the change
   * @throws RevisionException if the configuration has moved on
   * @throws RefusedException if an operation is wrong
   * @throws DataPlaneException if the data plane has not the capacity
   * @throws CommitException if storing or carrying out failed
   */
  public Configuration apply(Iterable<Operation> operations, long expectedRevision, boolean validateOnly)
      throws RevisionException, RefusedException, DataPlaneException, CommitException {
    return change(operations, expectedRevision, validateOnly).after();
  }

  /**
   * What a change would do.
   *
   * @param before the configuration as it stands
   * @param after as it would be
   */
  public record Preview(Configuration before, Configuration after) {}

  /** Checks all operations as {@link #apply} does, and changes nothing. */
  public Preview preview(Iterable<Operation> operations, long expectedRevision)
      throws RevisionException, RefusedException, DataPlaneException, CommitException {
    return change(operations, expectedRevision, true);
  }

  /** The revisions that can be gone back to, oldest first; the last one is in force. */
  public List<KeptRevision> kept() {
    return store.kept();
  }

  /**
   * The configuration as it was at a revision.
   *
   * @param field what the caller calls the number
   * @throws RefusedException if it is not kept
   * @throws CommitException if the store cannot be read
   */
  public Configuration at(String field, long revision) throws RefusedException, CommitException {
    try {
      return store.read(revision).orElseThrow(() -> notKept(field, revision));
    } catch (IOException e) {
      throw new CommitException(CommitException.Kind.STORE_FAILED, e.getMessage(), e);
    }
  }

  private RefusedException notKept(String field, long revision) {
    List<KeptRevision> kept = store.kept();
    String remedy = kept.isEmpty() ? "none is, since nothing was ever configured"
        : "revisions " + kept.get(0).revision() + " to " + kept.get(kept.size() - 1).revision() + " are";
    return new RefusedException(List.of(new Problem(Problem.Kind.NOT_FOUND, Problem.WHOLE, field,
        "revision " + revision + " is not kept: " + remedy, Problem.Resource.NONE)));
  }

  /**
   * Makes the configuration what it was at a revision: a change like any other, with a revision of its own. Nothing is changed, and no
   * revision used, if it is that already.
   *
   * @param expectedRevision the revision that the caller has seen; 0: any
   * @param validateOnly answer as if done, change nothing
   */
  public synchronized Preview rollBack(long revision, long expectedRevision, boolean validateOnly)
      throws RevisionException, RefusedException, DataPlaneException, CommitException {
    List<Operation> operations = Restoration.between(current, at("revision", revision));
    return change(operations, expectedRevision, validateOnly || operations.isEmpty());
  }

  private synchronized Preview change(Iterable<Operation> operations, long expectedRevision, boolean validateOnly)
      throws RevisionException, RefusedException, DataPlaneException, CommitException {
    Configuration previous = current;
    if (expectedRevision != 0 && expectedRevision != previous.revision()) {
      throw new RevisionException(expectedRevision, previous.revision());
    }
    Transaction transaction = new Transaction(previous, dataPlane.features());
    for (Operation operation : operations) {
      transaction.take(operation);
    }
    List<Problem> problems = transaction.problems();
    if (!problems.isEmpty()) {
      throw new RefusedException(problems);
    }
    Configuration next = transaction.build();
    check(next, operations);
    if (!validateOnly) {
      commit(previous, next);
      announce(transaction.change(next));
    }
    return new Preview(previous, next);
  }

  private void check(Configuration next, Iterable<Operation> operations) throws DataPlaneException, RefusedException {
    try {
      dataPlane.check(next);
    } catch (InfeasibleException e) {
      throw Infeasible.refused(e, operations);
    }
  }

  /** Stored first: what is answered as done survives a crash, and what was not carried out is taken back. */
  private void commit(Configuration previous, Configuration next) throws CommitException {
    try {
      store.write(next);
    } catch (IOException e) {
      CommitException.Kind kind = e instanceof StoreException store && store.isFull()
          ? CommitException.Kind.STORE_FULL : CommitException.Kind.STORE_FAILED;
      LOG.atError().addKeyValue("revision", next.revision()).addKeyValue("reason", e.getMessage()).log("change could not be stored");
      throw new CommitException(kind, "the change could not be stored and was not made: " + e.getMessage(), e);
    }
    try {
      dataPlane.apply(next);
    } catch (DataPlaneException | RuntimeException e) {
      throw rolledBack(previous, e);
    }
    current = next;
    LOG.atInfo()
        .addKeyValue("revision", next.revision())
        .addKeyValue("services", next.services().size())
        .addKeyValue("servers", next.serverCount())
        .log("configuration changed");
  }

  private CommitException rolledBack(Configuration previous, Exception cause) {
    String outcome = "revision " + previous.revision() + " is in force again";
    try {
      store.write(previous);
    } catch (IOException e) {
      cause.addSuppressed(e);
      outcome = "taking it back in the store failed as well (" + e.getMessage() + "): a restart will try the change again";
    }
    try {
      dataPlane.apply(previous);
    } catch (DataPlaneException | RuntimeException e) {
      cause.addSuppressed(e);
      outcome += "; the data plane could not be set back (" + e.getMessage() + "): restart xlvsd";
    }
    LOG.atError().addKeyValue("outcome", outcome).setCause(cause).log("change failed");
    return new CommitException(CommitException.Kind.DATA_PLANE_FAILED, "the data plane refused the change: " + cause.getMessage() + "; " + outcome, cause);
  }

  private void announce(Change change) {
    for (Watcher watcher : watchers) {
      watcher.offer(change);
    }
  }

  /** A watcher that starts from the configuration as it stands and misses no change after it; close it. */
  public synchronized Watcher watch(Runnable wakeUp) {
    Watcher watcher = new Watcher(current, wakeUp, watchers::remove);
    watchers.add(watcher);
    return watcher;
  }
}
