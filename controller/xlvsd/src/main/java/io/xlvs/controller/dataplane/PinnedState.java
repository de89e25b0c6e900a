// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Abi;
import io.xlvs.bpf.Settings;
import io.xlvs.controller.file.FileFailure;
import io.xlvs.loader.BpfException;
import io.xlvs.loader.map.BpfMap;
import io.xlvs.loader.map.Codecs;
import io.xlvs.loader.map.MapInfo;
import io.xlvs.loader.map.MapType;
import io.xlvs.loader.map.RawMap;
import io.xlvs.loader.pin.BpfFs;
import io.xlvs.loader.pin.PinDirectory;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The directory of pins that outlives the daemon, held by one process at a time. The pin {@value #SETTINGS} says what the other
 * pins were made with; it is written last, so that a directory without it holds nothing whole.
 */
final class PinnedState implements AutoCloseable {
  private static final String SETTINGS = "settings";

  /** A fresh bpffs is not empty (maps.debug, progs.debug), so the pins have a directory of their own. */
  private static final String DIRECTORY = "director";

  private static final int EPERM = 1;
  private static final int EAGAIN = 11;

  private final Path bpffs;
  private final PinDirectory pins;

  private PinnedState(Path bpffs, PinDirectory pins) {
    this.bpffs = bpffs;
    this.pins = pins;
  }

  /** Mounts a bpffs if there is none, and takes the directory's lock. */
  static PinnedState open(Path bpffs) throws DataPlaneException {
    try {
      BpfFs.mountIfMissing(bpffs);
      PinDirectory pins = PinDirectory.openExclusive(bpffs.resolve(DIRECTORY));
      Resize.settle(pins);
      return new PinnedState(bpffs, pins);
    } catch (BpfException e) {
      if (e.errno() == EAGAIN) {
        throw new DataPlaneException(
            "bpffs " + bpffs + " is in use by another xlvsd: stop that one, or give another --bpffs", e);
      }
      throw new DataPlaneException("bpffs " + bpffs + " cannot be used: " + e.getMessage() + remedy(bpffs, e.errno()), e);
    } catch (UncheckedIOException e) {
      throw new DataPlaneException("bpffs " + bpffs + " cannot be used: " + FileFailure.reason(e.getCause(), bpffs)
          + "; give another directory with --bpffs", e);
    }
  }

  private static String remedy(Path bpffs, int errno) {
    return errno == EPERM
        ? ": mounting needs CAP_SYS_ADMIN, which a service need not have if it is mounted before, `mount -t bpf bpffs " + bpffs + "'"
        : "; give another directory with --bpffs";
  }

  /** Whether there is anything to take down. */
  static boolean isPresent(Path bpffs) {
    return Files.isDirectory(bpffs.resolve(DIRECTORY));
  }

  PinDirectory pins() {
    return pins;
  }

  /** What the pinned maps were made with; empty, and the directory emptied, if there is no whole state. */
  Optional<Settings> settings() {
    if (!pins.has(SETTINGS)) {
      pins.removeAll();
      return Optional.empty();
    }
    try (RawMap map = RawMap.openPinned(pins.resolve(SETTINGS))) {
      if (map.valueSizeBytes() != Settings.LAYOUT.size()) {
        return Optional.empty();
      }
      return BpfMap.of(map, Codecs.U32, Settings.CODEC).lookup(0);
    }
  }

  /** Whether there is state, of this or another version. */
  boolean hasState() {
    return pins.has(SETTINGS);
  }

  /** Says what the other pins were made with. */
  void putSettings(Settings settings) {
    try (RawMap map = RawMap.create("xlvs_settings", MapType.ARRAY, Integer.BYTES, Settings.LAYOUT.size(), 1, 0)) {
      BpfMap.of(map, Codecs.U32, Settings.CODEC).update(0, settings);
      map.pin(pins.resolve(SETTINGS));
    }
  }

  /**
   * The pinned settings, if there are any; {@link Resize} sees to other sizes.
   *
   * @throws DataPlaneException naming each difference and the remedy
   */
  Optional<Settings> usable(Settings wanted) throws DataPlaneException {
    boolean had = hasState();
    Optional<Settings> pinned = settings();
    if (pinned.isEmpty()) {
      if (had) {
        throw refused("is of another version");
      }
      return pinned;
    }
    if (pinned.get().abiVersion() != Abi.VERSION) {
      throw refused("is of version " + pinned.get().abiVersion() + ", not " + Abi.VERSION);
    }
    if (pinned.get().cpus() != wanted.cpus()) {
      throw refused("was made for " + pinned.get().cpus() + " CPUs, not " + wanted.cpus());
    }
    return pinned;
  }

  /** The state that is pinned here cannot be used. */
  DataPlaneException refused(String why) {
    return new DataPlaneException(
        "the data plane left in " + pins.path() + " " + why
            + ": start with what it was made with, or take it down first with xlvsd --detach (connections are lost)");
  }

  /** An array of the controller's own, pinned beside the others; the caller closes it. */
  RawMap array(String name, int elementBytes, int elements) throws DataPlaneException {
    if (pins.has(name)) {
      RawMap map = RawMap.openPinned(pins.resolve(name));
      if (map.valueSizeBytes() != elementBytes || map.info().maxEntries() != elements) {
        map.close();
        throw refused("has another size of " + name);
      }
      return map;
    }
    RawMap map = RawMap.create(name, MapType.ARRAY, Integer.BYTES, elementBytes, elements, MapInfo.MMAPABLE);
    map.pin(pins.resolve(name));
    return map;
  }

  /** Removes all pins, which detaches XDP links. */
  void removeAll() {
    pins.removeAll();
  }

  /** Removes the directory, and unmounts the bpffs if an xlvsd has mounted it; to be called last. */
  void closeAndUnmount() {
    close();
    PinDirectory.unpin(pins.path());
    if (BpfFs.isMountedHere(bpffs)) {
      BpfFs.unmount(bpffs);
    }
  }

  @Override
  public void close() {
    pins.close();
  }
}
