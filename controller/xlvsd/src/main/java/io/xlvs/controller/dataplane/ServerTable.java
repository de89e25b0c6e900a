// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Endpoint;
import io.xlvs.bpf.Load;
import io.xlvs.bpf.Server;
import io.xlvs.bpf.ServerFlag;
import io.xlvs.bpf.WireAddress;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.controller.net.Route;
import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.RealServerKey;
import io.xlvs.loader.map.MappedArray;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The slots of real servers: the maps servers, server_load and server_stats. */
final class ServerTable {
  /** A removed server's slot rests at least so long: packets under way and cached decisions are gone by then. */
  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(60);

  /** Freeing a million slots at once would keep a change waiting for seconds. */
  private static final int MOST_AT_ONCE = 1 << 16;

  private static final int GENERATION = Server.LAYOUT.offset("generation");
  private static final int FLAGS = Server.LAYOUT.offset("flags");

  private final MappedArray servers;
  private final MappedArray load;
  private final IdPool ids;
  private final HopTable hops;
  private final EndpointSet endpoints;
  private final CounterStore counters;
  private final ByteBuffer scratch = Words.buffer(Server.LAYOUT.size());
  /** Oldest first; a set, since a million servers may return in any order. */
  private final Set<ServerSlot> lingering = new LinkedHashSet<>();
  private int secondReplies;

  ServerTable(XlvsObjects objects, HopTable hops, EndpointSet endpoints, CounterStore counters) {
    this.servers = objects.servers();
    this.load = objects.serverLoad();
    this.ids = new IdPool(objects.settings().servers());
    this.hops = hops;
    this.endpoints = endpoints;
    this.counters = counters;
  }

  int used() {
    return ids.used();
  }

  int free() {
    return ids.capacity() - ids.used();
  }

  int capacity() {
    return ids.capacity();
  }

  /** Entries of the service table for replies beyond the first of each server. */
  int secondReplies() {
    return secondReplies;
  }

  /** Slots whose servers were removed and that are not free yet. */
  int lingering() {
    return lingering.size();
  }

  /** Takes over a slot that an earlier process wrote. */
  ServerSlot takeOver(int index, Server record, AppliedService owner, Map<IpAddress, Route> routes, long nowNanos) {
    ids.reserve(index);
    Target target = hops.acquire(Convert.address(record.address(), record.family()), routes);
    RealServerKey key = new RealServerKey(target.address, record.port());
    ServerSlot slot = new ServerSlot(index, record.generation(), owner, key);
    owner.slots.put(key, slot);
    slot.target = target;
    slot.available = (record.flags() & ServerFlag.AVAILABLE.value()) != 0;
    setReplies(slot, record.method() == io.xlvs.bpf.Method.NAT);
    counters.takeOverSlot(index, owner.index);
    if (!slot.available) {
      slot.removedAtNanos = nowNanos;
      lingering.add(slot);
    }
    return slot;
  }

  /** A new slot; the capacity has been checked. */
  ServerSlot create(AppliedService owner, RealServerKey key, Map<IpAddress, Route> routes) {
    int index = ids.allocate();
    if (index < 0) {
      throw new IllegalStateException("no free slot for " + key + ": the capacity was not checked");
    }
    int generation = servers.getInt(offset(index) + GENERATION);
    ServerSlot slot = new ServerSlot(index, generation, owner, key);
    slot.target = hops.acquire(key.address(), routes);
    owner.slots.put(key, slot);
    counters.startSlot(index, owner.index);
    load.putLong((long) index * Load.LAYOUT.size(), 0);
    load.putLong((long) index * Load.LAYOUT.size() + 8, 0);
    return slot;
  }

  /** Writes a server as configured, in its service. A returning one is counted from zero, as IPVS does. */
  void write(ServerSlot slot, RealServer server) {
    if (!slot.available) {
      if (lingering.remove(slot)) {
        counters.leaveToService(slot.index, slot.owner.index);
      }
      slot.available = true;
    }
    slot.server = server;
    setReplies(slot, server.method() == ForwardingMethod.NAT);
    put(slot);
  }

  /** Writes what the network decides: next hop, source of tunnels, whether it is the director itself. */
  void rewrite(ServerSlot slot) {
    if (slot.server != null) {
      put(slot);
    }
  }

  private void put(ServerSlot slot) {
    RealServer server = slot.server;
    Route route = slot.target.route;
    WireAddress source =
        route.preferredSource().filter(a -> a.family() == server.address().family()).map(Convert::wire).orElse(WireAddress.ZERO);
    Server record =
        new Server(
            Convert.wire(server.address()),
            server.port(),
            Convert.family(server.address().family()),
            Convert.method(server.method()),
            (slot.available ? ServerFlag.AVAILABLE.value() : 0) | (slot.target.isLocal() ? ServerFlag.LOCAL.value() : 0),
            slot.target.hopIndex(),
            slot.owner.index,
            slot.generation,
            Convert.tunnel(server.tunnel().type()),
            Convert.tunnelFlags(server.tunnel()),
            server.tunnel().port(),
            source,
            slot.owner.toPacketsPort ? 0 : server.port(),
            server.weight(),
            server.upperThreshold(),
            server.lowerThreshold());
    Server.write(record, scratch, 0);
    Words.write(servers, offset(slot.index), scratch, 0, Server.LAYOUT.size());
  }

  /** Connections made before an edit go on by NAT: their replies stay known while the slot lives. */
  private void setReplies(ServerSlot slot, boolean nat) {
    if (nat && !slot.hasReplies) {
      slot.hasReplies = true;
      List<Endpoint> replies = slot.owner.replies(slot.key);
      replies.forEach(endpoints::add);
      secondReplies += replies.size() - 1;
    }
  }

  /** Takes a server out of its service: its connections fall silent, its slot lingers. */
  void remove(ServerSlot slot, long nowNanos) {
    int flags = servers.getInt(offset(slot.index) + FLAGS);
    servers.putIntRelease(offset(slot.index) + FLAGS, flags & ~ServerFlag.AVAILABLE.value());
    slot.available = false;
    slot.removedAtNanos = nowNanos;
    lingering.add(slot);
  }

  /** Slots without connections whose servers were removed so long ago that packets under way and cached decisions are gone. */
  List<ServerSlot> rested(long nowNanos) {
    return unused(slot -> nowNanos - slot.removedAtNanos >= REST_NANOS, MOST_AT_ONCE);
  }

  /** All slots without connections whose servers were removed; see {@link Reconciler#freeEarly} for what they may be used for. */
  List<ServerSlot> unused() {
    return unused(slot -> true, Integer.MAX_VALUE);
  }

  private List<ServerSlot> unused(Predicate<ServerSlot> oldEnough, int most) {
    List<ServerSlot> found = new ArrayList<>();
    for (ServerSlot slot : lingering) {
      if (found.size() == most || !oldEnough.test(slot)) {
        break;
      }
      if (connections(slot) == 0) {
        found.add(slot);
      }
    }
    return found;
  }

  /** Frees a slot: what still names it is of an older generation from now on. */
  void free(ServerSlot slot) {
    lingering.remove(slot);
    counters.freeSlot(slot.index, slot.owner.index);
    slot.owner.slots.remove(slot.key);
    if (slot.hasReplies) {
      List<Endpoint> replies = slot.owner.replies(slot.key);
      replies.forEach(endpoints::remove);
      secondReplies -= replies.size() - 1;
    }
    clear(slot.index, slot.generation);
    hops.release(slot.target);
    ids.release(slot.index);
  }

  /** Empties a slot in the map; its next server is of another generation. */
  void clear(int index, int generation) {
    ByteBuffer bytes = Words.buffer(Server.LAYOUT.size());
    bytes.putInt(GENERATION, generation + 1);
    Words.write(servers, offset(index), bytes, 0, Server.LAYOUT.size());
  }

  private long connections(ServerSlot slot) {
    Load counts = load(slot);
    return (long) counts.activeConnections() + counts.inactiveConnections() + counts.persistent();
  }

  /** Live counts of a slot. */
  Load load(ServerSlot slot) {
    long at = (long) slot.index * Load.LAYOUT.size();
    scratch.putLong(0, load.getLong(at)).putLong(8, load.getLong(at + 8));
    return Load.read(scratch, 0);
  }

  /** The record in the map. */
  Server record(int index) {
    servers.getBytes(offset(index), scratch.array());
    return Server.read(scratch, 0);
  }

  /** Whether the map has a server in this slot. */
  boolean isWritten(int index) {
    return servers.getLong(offset(index)) != 0 || servers.getLong(offset(index) + 8) != 0;
  }

  private static long offset(int index) {
    return (long) index * Server.LAYOUT.size();
  }
}
