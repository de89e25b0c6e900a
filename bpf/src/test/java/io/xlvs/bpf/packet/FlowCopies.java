// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import io.xlvs.loader.map.MappedArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The finished decision of one flow in the flow cache, whose layout is flow.h's. A test sends it elsewhere: whoever then follows
 * the copy can be told from who asks the connection table. Every CPU gets the copy, since the kernel may move a test's thread.
 */
final class FlowCopies {
  /** A cache, its entries' bytes, and where struct flow_mark lies in one. */
  private record Cache(String name, int entryBytes, int mark) {}

  private static final List<Cache> CACHES = List.of(new Cache("flow_cache", 32, 16), new Cache("flow6_cache", 64, 40));
  private static final int KIND = 1;
  private static final int SERVER = 4;
  private static final int BUCKET = 8;
  private static final int UNTIL = 12;
  private static final int FRESH_PERIODS = 64;

  /** One CPU's copy. */
  private record Copy(Cache cache, MappedArray array, long offset, ByteBuffer entry) {
    boolean isFree() {
      return entry.get(cache.mark + KIND) == 0;
    }

    short until() {
      return entry.getShort(cache.mark + UNTIL);
    }

    void write() {
      array.putBytes(offset, entry.array());
    }
  }

  private final DataPlane plane;

  FlowCopies(DataPlane plane) {
    this.plane = plane;
  }

  private List<Copy> all() {
    List<Copy> copies = new ArrayList<>();
    for (Cache cache : CACHES) {
      MappedArray array = plane.array(cache.name);
      for (long at = 0; at < array.sizeBytes(); at += cache.entryBytes) {
        byte[] bytes = new byte[cache.entryBytes];
        array.getBytes(at, bytes);
        Copy copy = new Copy(cache, array, at, ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()));
        if (!copy.isFree()) {
          copies.add(copy);
        }
      }
    }
    return copies;
  }

  boolean isEmpty() {
    return all().isEmpty();
  }

  /** The latest copy, leading to this server from now on, on every CPU. */
  void divert(int slot) {
    Copy latest = all().stream().reduce((a, b) -> (short) (b.until() - a.until()) > 0 ? b : a).orElseThrow();
    latest.entry.putInt(latest.cache.mark + SERVER, slot);
    long slice = latest.array.sizeBytes() / DataPlane.CPUS;
    for (int cpu = 0; cpu < DataPlane.CPUS; cpu++) {
      latest.array.putBytes(cpu * slice + latest.offset % slice, latest.entry.array());
    }
  }

  /** So many periods of the cache pass for every copy. */
  void age(int periods) {
    for (Copy copy : all()) {
      copy.entry.putShort(copy.cache.mark + UNTIL, (short) (copy.until() - periods));
      copy.write();
    }
  }

  /** All the time that a copy may count passes. */
  void ageFully() {
    age(FRESH_PERIODS);
  }

  /** What the controller does when routes change: no copy counts any more. */
  void bumpEpochs() {
    MappedArray epochs = plane.array("epochs");
    for (int bucket : all().stream().mapToInt(copy -> copy.entry.getShort(copy.cache.mark + BUCKET)).distinct().toArray()) {
      long at = (long) Integer.BYTES * (bucket & 0xffff);
      epochs.putInt(at, epochs.getInt(at) + 1);
    }
  }
}
