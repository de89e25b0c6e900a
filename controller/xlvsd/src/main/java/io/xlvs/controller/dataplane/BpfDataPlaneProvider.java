// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.AbiMismatchException;
import io.xlvs.bpf.Capacities;
import io.xlvs.bpf.Settings;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.controller.net.Rtnetlink;
import io.xlvs.loader.Availability;
import io.xlvs.loader.Bpf;
import io.xlvs.loader.BpfException;
import io.xlvs.loader.IncompatibleMapException;
import io.xlvs.loader.map.MappedArray;
import io.xlvs.loader.map.RawMap;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the data plane in the kernel of this machine. */
public final class BpfDataPlaneProvider implements DataPlaneProvider {
  private static final Logger LOG = LoggerFactory.getLogger(BpfDataPlaneProvider.class);
  private static final int EPOCHS = 1 << 16;
  private static final int FRAGMENTS = 1 << 14;
  private static final int DEVICES = 4096;
  private static final int MOST_HOPS = 1 << 16;
  private static final String NEXT_HOPS = "next_hops";
  private static final int LINE_BYTES = 64;
  private static final int FLOW_CACHES = 2;
  private static final long MEBIBYTE = 1 << 20;

  @Override
  public DataPlane open(DataPlaneOptions options) throws DataPlaneException {
    requireBpf();
    Capacities capacities = capacities(options.capacities(), Bpf.possibleCpus());
    long bytes = XlvsObjects.memoryBytes(capacities).values().stream().mapToLong(Long::longValue).sum();
    LOG.atInfo().addKeyValue("mebibytes", bytes / MEBIBYTE).addKeyValue("tables", capacities).log("taking memory for tables");
    PinnedState pinned = PinnedState.open(options.bpffs());
    boolean fresh = !pinned.hasState();
    List<AutoCloseable> opened = new ArrayList<>(List.of(pinned));
    try {
      BpfDataPlane dataPlane = load(pinned, capacities, options.attachMode(), opened);
      opened.clear();
      opened.add(dataPlane);
      dataPlane.attach(options);
      return dataPlane;
    } catch (BpfException | AbiMismatchException e) {
      DataPlaneException failure = new DataPlaneException("the data plane cannot be loaded: " + e.getMessage(), e);
      undo(options.bpffs(), fresh, opened, failure);
      throw failure;
    } catch (DataPlaneException | RuntimeException e) {
      undo(options.bpffs(), fresh, opened, e);
      throw e;
    }
  }

  /** What an earlier daemon left goes on forwarding; what this one has just begun would only be in the way. */
  private void undo(Path bpffs, boolean fresh, List<AutoCloseable> opened, Exception failure) {
    try {
      Resources.closeAll(opened);
      if (fresh) {
        detach(bpffs);
      }
    } catch (DataPlaneException | RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private static void requireBpf() throws DataPlaneException {
    Availability availability = Bpf.availability();
    if (!availability.available()) {
      throw new DataPlaneException("BPF cannot be used here: " + availability.cause());
    }
  }

  private static BpfDataPlane load(PinnedState pinned, Capacities capacities, AttachMode mode, List<AutoCloseable> opened)
      throws DataPlaneException {
    Settings fresh =
        capacities.settings(
            Bpf.possibleCpus(), JiffiesRate.detect(), new SecureRandom().nextInt(), Capacities.Limits.DEFAULT);
    Optional<Settings> existing = pinned.usable(fresh);
    Settings settings = existing.orElse(fresh);
    XlvsObjects objects = loadObjects(pinned, capacities, settings);
    opened.add(0, objects);
    MappedArray bases = map(pinned, "server_base", settings.servers(), opened);
    MappedArray leftovers = map(pinned, "service_left", settings.services(), opened);
    if (existing.isEmpty()) {
      pinned.putSettings(settings);
    }
    LOG.atInfo().addKeyValue("reused", existing.isPresent()).addKeyValue("hz", settings.jiffiesPerSecond()).log("loaded");
    return new BpfDataPlane(pinned, existing.isEmpty(), objects, bases, leftovers, capacities.hops(), mode);
  }

  private static XlvsObjects loadObjects(PinnedState pinned, Capacities capacities, Settings settings)
      throws DataPlaneException {
    try {
      return XlvsObjects.load(XlvsObjects.parse(), capacities, settings, Optional.of(pinned.pins().path()));
    } catch (IncompatibleMapException e) {
      throw pinned.refused("does not fit (" + e.getMessage() + ")");
    }
  }

  private static MappedArray map(PinnedState pinned, String name, int elements, List<AutoCloseable> opened)
      throws DataPlaneException {
    try (RawMap map = pinned.array(name, CounterStore.ELEMENT_BYTES, elements)) {
      MappedArray mapped = MappedArray.map(map);
      opened.add(0, mapped);
      return mapped;
    }
  }

  /** The data plane's sizes; see {@link DataPlaneOptions.Capacities}. */
  static Capacities capacities(DataPlaneOptions.Capacities wanted, int cpus) {
    long lines = wanted.flowCacheBytes() / ((long) FLOW_CACHES * LINE_BYTES * cpus);
    return new Capacities(
        Math.toIntExact(wanted.connections()),
        Math.toIntExact(wanted.halfOpen()),
        Math.toIntExact(Math.max(1, wanted.connections() / 4)),
        FRAGMENTS,
        Math.toIntExact(wanted.services()),
        Math.toIntExact(wanted.servers()),
        Math.toIntExact(wanted.ringEntries()),
        Math.toIntExact(wanted.localAddresses()),
        Math.toIntExact(wanted.markEntries()),
        Math.toIntExact(Math.max(64, Math.min(MOST_HOPS, wanted.servers()))),
        DEVICES,
        Math.toIntExact(Long.highestOneBit(Math.max(1, Math.min(lines, 1 << 24)))),
        EPOCHS);
  }

  @Override
  public boolean detach(Path bpffs) throws DataPlaneException {
    if (!PinnedState.isPresent(bpffs)) {
      return false;
    }
    PinnedState pinned = PinnedState.open(bpffs);
    try (Rtnetlink netlink = Rtnetlink.open()) {
      new Attachments(pinned.pins(), netlink).detachOthers(Set.of(), netlink.links().values());
      releaseNeighbours(pinned, netlink);
      pinned.removeAll();
    } catch (BpfException e) {
      pinned.close();
      throw new DataPlaneException("the data plane in " + bpffs + " cannot be taken down: " + e.getMessage(), e);
    }
    pinned.closeAndUnmount();
    return true;
  }

  private static void releaseNeighbours(PinnedState pinned, Rtnetlink netlink) {
    if (pinned.pins().has(NEXT_HOPS)) {
      try (RawMap map = RawMap.openPinned(pinned.pins().resolve(NEXT_HOPS));
          MappedArray entries = MappedArray.map(map)) {
        new ManagedNeighbours(netlink, index -> Optional.empty()).releaseAll(HopTable.neighbours(entries));
      }
    }
  }
}
