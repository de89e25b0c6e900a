// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Control;
import io.xlvs.bpf.Endpoint;
import io.xlvs.bpf.ServiceTable;
import io.xlvs.bpf.Settings;
import io.xlvs.bpf.Stats;
import io.xlvs.bpf.TableMemory;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.loader.GracePeriod;
import io.xlvs.loader.map.MapInfo;
import io.xlvs.loader.map.MapType;
import io.xlvs.loader.map.MappedArray;
import io.xlvs.loader.map.RawMap;
import io.xlvs.loader.pin.PinDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Gives the state that an earlier process left larger tables. Arrays of another size are made anew beside the old ones and filled from
 * them; indices stay, and so do the connections, which name them. The old programs go on with the old arrays until {@link
 * Attachments#attach} puts the new ones in their place; what they count after the copy is lost.
 *
 * <p>Pins of what is replaced end in {@value #SUFFIX} until {@link #finish}. The settings are the first to go and the last to come back:
 * a start that finds the old ones alone undoes what was begun.
 */
final class Resize implements AutoCloseable {
  private static final String SUFFIX = "_old";
  private static final String SETTINGS = "settings";
  private static final String CONTROL = "control";
  private static final String SERVICE_TABLE = "service_table";
  private static final String SERVER_STATS = "server_stats";
  /** Copies of decisions, and what every sweep computes. */
  private static final Set<String> BEGIN_EMPTY = Set.of("flow_cache", "flow6_cache", "recount");

  private static final int CHUNK_BYTES = 1 << 20;

  private final PinnedState pinned;
  private final Settings before;
  private final List<String> replaced;
  private boolean finished;

  private Resize(PinnedState pinned, Settings before, List<String> replaced) {
    this.pinned = pinned;
    this.before = before;
    this.replaced = replaced;
  }

  /**
   * Makes way for arrays of these sizes; empty if those there are have them.
   *
   * @param before what the pinned maps were made with
   * @param wanted entries by map
   * @throws DataPlaneException if one would be too small for what it may hold, which is named
   */
  static Optional<Resize> begin(PinnedState pinned, Settings before, Map<String, Integer> wanted) throws DataPlaneException {
    PinDirectory pins = pinned.pins();
    List<String> replaced = new ArrayList<>();
    List<String> smaller = new ArrayList<>();
    for (String name : pins.names()) {
      int there = wanted.containsKey(name) ? entries(pins, name) : -1;
      if (there >= 0 && there != wanted.get(name)) {
        replaced.add(name);
        if (there > wanted.get(name) && !BEGIN_EMPTY.contains(name)) {
          smaller.add(name + " " + there + ", wanted " + wanted.get(name));
        }
      }
    }
    if (!smaller.isEmpty()) {
      throw pinned.refused("was made with larger sizes (" + String.join("; ", smaller) + ")");
    }
    if (replaced.isEmpty()) {
      return Optional.empty();
    }
    // The word that says which copy of the service table counts belongs to the table.
    replaced.removeAll(List.of(CONTROL, SERVICE_TABLE));
    replaced.addAll(List.of(CONTROL, SERVICE_TABLE));
    pins.rename(SETTINGS, SETTINGS + SUFFIX);
    replaced.forEach(name -> pins.rename(name, name + SUFFIX));
    return Optional.of(new Resize(pinned, before, replaced));
  }

  /** Entries of a pinned array; -1 for another kind of map, which cannot be resized. */
  private static int entries(PinDirectory pins, String name) {
    try (RawMap map = RawMap.openPinned(pins.resolve(name))) {
      MapInfo info = map.info();
      return info.type() == MapType.ARRAY ? info.maxEntries() : -1;
    }
  }

  /** What is resized, for the log. */
  @Override
  public String toString() {
    return String.join(",", replaced);
  }

  /**
   * Fills the new arrays.
   *
   * @param own arrays of the controller's own, by name
   */
  void copy(XlvsObjects objects, Map<String, MappedArray> own) {
    for (String name : replaced) {
      if (own.containsKey(name)) {
        copy(name, own.get(name));
      } else if (!BEGIN_EMPTY.contains(name) && !name.equals(SERVICE_TABLE)) {
        try (MappedArray to = MappedArray.map(objects.map(name))) {
          copy(name, to);
        }
      }
    }
    rehash(objects);
  }

  private void copy(String name, MappedArray to) {
    try (MappedArray from = open(name)) {
      if (name.equals(SERVER_STATS)) {
        long slice = (long) before.servers() * Stats.LAYOUT.size();
        long newSlice = to.sizeBytes() / before.cpus();
        for (int cpu = 0; cpu < before.cpus(); cpu++) {
          copy(from, cpu * slice, to, cpu * newSlice, slice);
        }
      } else {
        copy(from, 0, to, 0, from.sizeBytes());
      }
    }
  }

  private static void copy(MappedArray from, long fromOffset, MappedArray to, long toOffset, long bytes) {
    for (long done = 0; done < bytes; done += CHUNK_BYTES) {
      byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, bytes - done)];
      from.getBytes(fromOffset + done, chunk);
      to.putBytes(toOffset + done, chunk);
    }
  }

  /** Another number of buckets: every endpoint has another place. */
  private void rehash(XlvsObjects objects) {
    List<Endpoint> endpoints = new ArrayList<>();
    try (MappedArray table = open(SERVICE_TABLE); MappedArray control = open(CONTROL)) {
      serviceTable(table, control, before).forEach(endpoints::add);
    }
    objects.control().putIntRelease(Control.TABLE_COPY, 0);
    serviceTable(objects.serviceTable(), objects.control(), objects.settings()).apply(List.of(), endpoints);
  }

  private static ServiceTable serviceTable(MappedArray table, MappedArray control, Settings settings) {
    return new ServiceTable(
        TableMemory.of(table), TableMemory.of(control), settings.bucketMask() + 1, settings.hashSeed(), GracePeriod::await);
  }

  private MappedArray open(String name) {
    try (RawMap map = RawMap.openPinned(pinned.pins().resolve(name + SUFFIX))) {
      return MappedArray.map(map);
    }
  }

  /** The new programs have taken over: there is no way back. */
  void finish(Settings after) {
    pinned.putSettings(after);
    finished = true;
    settle(pinned.pins());
  }

  /** Ends what a process began: undone unless it was finished. */
  static void settle(PinDirectory pins) {
    if (!pins.has(SETTINGS + SUFFIX)) {
      return;
    }
    boolean finished = pins.has(SETTINGS);
    for (String name : pins.names()) {
      if (name.endsWith(SUFFIX) && !name.equals(SETTINGS + SUFFIX)) {
        if (finished) {
          pins.unpin(name);
        } else {
          pins.rename(name, name.substring(0, name.length() - SUFFIX.length()));
        }
      }
    }
    if (finished) {
      pins.unpin(SETTINGS + SUFFIX);
    } else {
      pins.rename(SETTINGS + SUFFIX, SETTINGS);
    }
  }

  /** Unless it was finished, everything is as it was. */
  @Override
  public void close() {
    if (!finished) {
      settle(pinned.pins());
    }
  }
}
