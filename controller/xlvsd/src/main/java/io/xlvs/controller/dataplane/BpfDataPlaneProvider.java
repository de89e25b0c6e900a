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
import io.xlvs.loader.CollectionSpec;
import io.xlvs.loader.IncompatibleMapException;
import io.xlvs.loader.map.MappedArray;
import io.xlvs.loader.map.RawMap;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the data plane in the kernel of this machine. */
public final class BpfDataPlaneProvider implements DataPlaneProvider {
  private static final Logger LOG = LoggerFactory.getLogger(BpfDataPlaneProvider.class);
  private static final String SERVER_BASE = "server_base";
  private static final String SERVICE_LEFT = "service_left";
  private static final int FRAGMENTS = 1 << 14;
  private static final int DEVICES = 4096;
  private static final int MOST_HOPS = 1 << 16;
  private static final String NEXT_HOPS = "next_hops";
  private static final int LINE_BYTES = 64;
  private static final int FLOW_CACHES = 2;
  private static final long MEBIBYTE = 1 << 20;

  @Override
  public DataPlane open(DataPlaneOptions options, Gate gate) throws DataPlaneException, IOException {
    requireBpf();
    Capacities capacities = capacities(options.capacities(), Bpf.possibleCpus());
    LOG.atInfo().addKeyValue("mebibytes", memoryBytes(capacities) / MEBIBYTE).addKeyValue("connections", capacities.connections())
        .addKeyValue("half_open", capacities.halfOpen()).addKeyValue("services", capacities.services())
        .addKeyValue("servers", capacities.servers()).log("taking memory for tables");
    PinnedState pinned = PinnedState.open(options.bpffs());
    boolean fresh = !pinned.hasState();
    List<AutoCloseable> opened = new ArrayList<>(List.of(pinned));
    try {
      Settings wanted = settings(capacities, new SecureRandom().nextInt());
      Optional<Settings> existing = pinned.usable(wanted);
      Optional<Resize> resize = existing.isEmpty()
          ? Optional.empty() : Resize.begin(pinned, existing.get(), entries(capacities, wanted));
      resize.ifPresent(started -> opened.add(0, started));
      Settings settings = existing.isEmpty() ? wanted
          : resize.isEmpty() ? existing.get() : settings(capacities, existing.get().hashSeed());
      BpfDataPlane dataPlane = load(pinned, existing.isEmpty(), resize, capacities, settings, options, gate, opened);
      opened.clear();
      opened.add(dataPlane);
      resize.ifPresent(started -> opened.add(0, started));
      dataPlane.attach(options);
      if (resize.isPresent()) {
        dataPlane.forgetClients();
        resize.get().finish(settings);
      }
      return dataPlane;
    } catch (BpfException | AbiMismatchException e) {
      DataPlaneException failure = new DataPlaneException("the data plane cannot be loaded: " + e.getMessage(), e);
      undo(options.bpffs(), fresh, opened, failure);
      throw failure;
    } catch (DataPlaneException | IOException | RuntimeException e) {
      undo(options.bpffs(), fresh, opened, e);
      throw e;
    }
  }

  /** Bytes that all tables of these sizes take. Needs no privilege. */
  public static long memoryBytes(DataPlaneOptions.Capacities wanted) {
    return memoryBytes(capacities(wanted, Bpf.possibleCpus()));
  }

  private static long memoryBytes(Capacities capacities) {
    return XlvsObjects.memoryBytes(capacities).values().stream().mapToLong(Long::longValue).sum();
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

  private static Settings settings(Capacities capacities, int hashSeed) {
    return capacities.settings(Bpf.possibleCpus(), JiffiesRate.detect(), hashSeed, Capacities.Limits.DEFAULT);
  }

  /** Of all arrays whose sizes are not fixed, the controller's own included. */
  private static Map<String, Integer> entries(Capacities capacities, Settings settings) {
    Map<String, Integer> entries = new HashMap<>(capacities.maxEntries(settings.cpus()));
    entries.put(SERVER_BASE, settings.servers());
    entries.put(SERVICE_LEFT, CounterStore.leftoverElements(settings.services()));
    return entries;
  }

  private static BpfDataPlane load(
      PinnedState pinned, boolean fresh, Optional<Resize> resize, Capacities capacities, Settings settings,
      DataPlaneOptions options, Gate gate, List<AutoCloseable> opened)
      throws DataPlaneException, IOException {
    XlvsObjects objects = loadObjects(pinned, capacities, settings, options.attachMode());
    opened.add(0, objects);
    MappedArray bases = map(pinned, SERVER_BASE, settings.servers(), opened);
    MappedArray leftovers = map(pinned, SERVICE_LEFT, CounterStore.leftoverElements(settings.services()), opened);
    if (fresh) {
      pinned.putSettings(settings);
    }
    resize.ifPresent(started -> {
      started.copy(objects, Map.of(SERVER_BASE, bases, SERVICE_LEFT, leftovers));
      LOG.atInfo().addKeyValue("tables", started).log("resized; connections stay");
    });
    gate.pass();
    LOG.atInfo().addKeyValue("reused", !fresh).addKeyValue("hz", settings.jiffiesPerSecond()).log("loaded");
    return new BpfDataPlane(pinned, fresh, objects, bases, leftovers, capacities.hops(), options.attachMode(), options.ftpPorts());
  }

  private static XlvsObjects loadObjects(PinnedState pinned, Capacities capacities, Settings settings, AttachMode mode)
      throws DataPlaneException {
    CollectionSpec spec = XlvsObjects.parse();
    if (mode == AttachMode.TC) {
      XlvsObjects.leaveOutXdp(spec); // half of the time that the kernel takes to verify programs
    }
    try {
      return XlvsObjects.load(spec, capacities, settings, Optional.of(pinned.pins().path()));
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
        Math.toIntExact(Long.highestOneBit(Math.max(1, Math.min(lines, 1 << 24)))));
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
