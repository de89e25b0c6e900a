// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Conn;
import io.xlvs.bpf.LocalAddress;
import io.xlvs.bpf.Method;
import io.xlvs.bpf.Region;
import io.xlvs.bpf.RegionArena;
import io.xlvs.bpf.Tuple;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.loader.GracePeriod;
import io.xlvs.loader.map.BpfMap;
import io.xlvs.loader.map.MappedArray;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;

/**
 * Local addresses of FULLNAT services: the map local_addresses. Connections name their address by its index, so a region that
 * was given up is kept, and its addresses go on being recognised, until no connection names it.
 */
final class LocalAddressTable {
  private final MappedArray array;
  private final BpfMap<Tuple, Conn> connections;
  private final BpfMap<Tuple, Conn> halfOpen;
  private final EndpointSet endpoints;
  private final RegionArena arena;
  private final List<Region> givenUp = new ArrayList<>();

  LocalAddressTable(XlvsObjects objects, EndpointSet endpoints) {
    this.array = objects.localAddresses();
    this.connections = objects.connections();
    this.halfOpen = objects.halfOpen();
    this.endpoints = endpoints;
    this.arena = new RegionArena(Math.toIntExact(array.sizeBytes() / array.strideBytes()), 1);
  }

  long used() {
    return arena.used();
  }

  long capacity() {
    return arena.capacity();
  }

  /** Takes over a service's addresses. */
  List<IpAddress> takeOver(Region region) {
    arena.reserve(region);
    List<IpAddress> addresses = read(region);
    addresses.forEach(address -> endpoints.add(AppliedService.local(address)));
    return addresses;
  }

  /** Takes over what belongs to no service any more: to be freed by {@link #freeUnused}. */
  void takeOverRest() {
    for (int index = 0; index < arena.capacity(); index++) {
      boolean written = array.getLong((long) index * array.strideBytes()) != 0 || entry(index).address().high() != 0;
      Region one = new Region(index, 1);
      if (written && isFree(one)) {
        givenUp.add(one);
        read(one).forEach(address -> endpoints.add(AppliedService.local(address)));
      }
    }
  }

  private boolean isFree(Region one) {
    try {
      arena.reserve(one);
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  /** Room for so many addresses, or null. */
  Region allocate(int length) {
    Region region = arena.allocate(length);
    if (region == null && freeUnused()) {
      region = arena.allocate(length);
    }
    return region;
  }

  void release(Region region) {
    arena.release(region);
  }

  /** Writes a service's addresses; the search for ports goes on where it was in the region before. */
  void write(Region region, List<IpAddress> addresses, Region before) {
    int hint = before.length() == 0 ? 0 : entry(before.offset()).nextPort();
    for (int i = 0; i < addresses.size(); i++) {
      IpAddress address = addresses.get(i);
      LocalAddress entry =
          new LocalAddress(Convert.wire(address), Convert.family(address.family()), i == 0 ? hint : 0);
      ByteBuffer bytes = Words.buffer(array.strideBytes());
      LocalAddress.write(entry, bytes, 0);
      Words.write(array, (long) (region.offset() + i) * array.strideBytes(), bytes, 0, array.strideBytes());
      endpoints.add(AppliedService.local(address));
    }
  }

  /** A service has left a region; it is freed once no connection names it. */
  void giveUp(Region region) {
    if (region.length() > 0) {
      givenUp.add(region);
    }
  }

  boolean hasGivenUp() {
    return !givenUp.isEmpty();
  }

  /** Frees regions that no connection names; true if there was one. Reads all connections. */
  boolean freeUnused() {
    if (givenUp.isEmpty()) {
      return false;
    }
    GracePeriod.await(); // for whoever still takes an address of a region that was just given up
    BitSet named = new BitSet();
    // Half open first: a connection goes from there to the other table, so that one on its way is seen in one of the two.
    for (BpfMap<Tuple, Conn> table : List.of(halfOpen, connections)) {
      table.forEach(
          (tuple, conn) -> {
            if (conn.method() == Method.FULLNAT) {
              named.set(conn.localIndex());
            }
          });
    }
    GracePeriod.await(); // for packets on their way with a decision of a connection that has just gone
    boolean freed = false;
    for (Iterator<Region> regions = givenUp.iterator(); regions.hasNext(); ) {
      Region region = regions.next();
      int next = named.nextSetBit(region.offset());
      if (next < 0 || next >= region.offset() + region.length()) {
        free(region);
        regions.remove();
        freed = true;
      }
    }
    return freed;
  }

  private void free(Region region) {
    read(region).forEach(address -> endpoints.remove(AppliedService.local(address)));
    ByteBuffer zero = Words.buffer(array.strideBytes());
    for (int i = 0; i < region.length(); i++) {
      Words.write(array, (long) (region.offset() + i) * array.strideBytes(), zero, 0, array.strideBytes());
    }
    arena.release(region);
  }

  private List<IpAddress> read(Region region) {
    List<IpAddress> addresses = new ArrayList<>();
    for (int i = 0; i < region.length(); i++) {
      LocalAddress entry = entry(region.offset() + i);
      addresses.add(Convert.address(entry.address(), entry.family()));
    }
    return addresses;
  }

  private LocalAddress entry(int index) {
    ByteBuffer bytes = Words.read(array, (long) index * array.strideBytes(), array.strideBytes());
    if (bytes.get(LocalAddress.LAYOUT.offset("family")) == 0) {
      return new LocalAddress(io.xlvs.bpf.WireAddress.ZERO, io.xlvs.bpf.Family.IPV4, 0);
    }
    return LocalAddress.read(bytes, 0);
  }
}
