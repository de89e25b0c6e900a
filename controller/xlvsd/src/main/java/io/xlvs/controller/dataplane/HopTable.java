// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Abi;
import io.xlvs.bpf.Device;
import io.xlvs.bpf.MacAddress;
import io.xlvs.bpf.NextHop;
import io.xlvs.bpf.NextHopFlag;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.controller.net.Link;
import io.xlvs.controller.net.Neighbour;
import io.xlvs.controller.net.Route;
import io.xlvs.controller.net.Rtnetlink;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.loader.map.MappedArray;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ways to real servers: for each distinct address its route, for each neighbour on these routes an entry of next_hops with
 * the Ethernet addresses that the kernel has resolved. The kernel is asked to keep the neighbours resolved.
 */
final class HopTable {
  private static final Logger LOG = LoggerFactory.getLogger(HopTable.class);

  /** The word of an entry that holds the flags. */
  private static final int FLAGS_WORD = NextHop.LAYOUT.offset("flags");

  private final MappedArray array;
  private final Rtnetlink netlink;
  private final Interfaces interfaces;
  private final ManagedNeighbours neighbours;
  private final IdPool ids;
  private final Map<IpAddress, Target> targets = new HashMap<>();
  private final Map<Hop.Key, Hop> hops = new HashMap<>();

  /** Routes to one neighbour may have several MTUs. */
  private final Map<ManagedNeighbours.Key, List<Hop>> byNeighbour = new HashMap<>();

  HopTable(XlvsObjects objects, Rtnetlink netlink, Interfaces interfaces, ManagedNeighbours neighbours, int capacity) {
    this.array = objects.nextHops();
    this.netlink = netlink;
    this.interfaces = interfaces;
    this.neighbours = neighbours;
    this.ids = new IdPool(capacity);
    takeOver();
  }

  /** Entries that an earlier process wrote keep their index while the same neighbour is on the same interface. */
  private void takeOver() {
    for (int id = 0; id < ids.capacity(); id++) {
      NextHop entry = NextHop.read(Words.read(array, offset(Abi.CLIENT_HOPS + id), NextHop.LAYOUT.size()), 0);
      if (entry.ifindex() != 0 && entry.gatewayFamily().isPresent()) {
        IpAddress neighbour = Convert.address(entry.gateway(), entry.gatewayFamily().get());
        Hop hop = new Hop(new Hop.Key(entry.ifindex(), neighbour, entry.mtu()), Abi.CLIENT_HOPS + id);
        ids.reserve(id);
        add(hop);
      }
    }
  }

  /** Frees entries that were taken over and are not needed. */
  void dropUnused() {
    hops.values().stream().filter(hop -> hop.references == 0).toList().forEach(this::free);
  }

  int used() {
    return ids.used();
  }

  int capacity() {
    return ids.capacity();
  }

  Optional<Target> target(IpAddress address) {
    return Optional.ofNullable(targets.get(address));
  }

  /** Routes of addresses that have no target yet. Writes nothing. */
  Map<IpAddress, Route> lookUp(Collection<IpAddress> addresses) {
    Set<IpAddress> unknown = new HashSet<>(addresses);
    unknown.removeAll(targets.keySet());
    return netlink.routes(unknown);
  }

  /** How many entries these routes would need beyond those there are. */
  int newEntries(Map<IpAddress, Route> routes) {
    Set<Hop.Key> keys = new HashSet<>();
    routes.forEach((address, route) -> key(address, route).filter(key -> !hops.containsKey(key)).ifPresent(keys::add));
    return keys.size();
  }

  /** One more server of this address. */
  Target acquire(IpAddress address, Map<IpAddress, Route> routes) {
    Target target = targets.get(address);
    if (target == null) {
      target = new Target(address);
      targets.put(address, target);
      Route route = routes.get(address);
      direct(target, route != null ? route : netlink.routes(List.of(address)).get(address));
    }
    target.references++;
    return target;
  }

  /** One server of this address less. */
  void release(Target target) {
    target.references--;
    if (target.references == 0) {
      targets.remove(target.address);
      direct(target, Route.NONE);
    }
  }

  private void direct(Target target, Route route) {
    Hop before = target.hop;
    target.route = route;
    target.hop = key(target.address, route).map(this::hop).orElse(null);
    if (target.hop != null) {
      target.hop.references++;
    }
    if (before != null) {
      before.references--;
      if (before.references == 0) {
        free(before);
      }
    }
  }

  private Optional<Hop.Key> key(IpAddress address, Route route) {
    if (route.kind() != Route.Kind.UNICAST) {
      return Optional.empty();
    }
    int linkMtu = interfaces.link(route.ifindex()).map(Link::mtu).orElse(0);
    int mtu = route.mtu() == 0 ? linkMtu : Math.min(route.mtu(), linkMtu);
    return Optional.of(new Hop.Key(route.ifindex(), route.gateway().orElse(address), mtu));
  }

  private Hop hop(Hop.Key key) {
    Hop hop = hops.get(key);
    if (hop == null) {
      int id = ids.allocate();
      if (id < 0) {
        LOG.error("no room in next_hops for {}: its servers are not reachable; restart xlvsd with more --servers", key);
        return null;
      }
      hop = new Hop(key, Abi.CLIENT_HOPS + id);
      add(hop);
    }
    if (hop.references == 0) {
      neighbours.keep(key.identity());
      hop.mac = neighbours.mac(key.identity());
      write(hop);
    }
    return hop;
  }

  private void add(Hop hop) {
    hops.put(hop.key, hop);
    byNeighbour.computeIfAbsent(hop.key.identity(), key -> new ArrayList<>(1)).add(hop);
  }

  private void free(Hop hop) {
    hops.remove(hop.key);
    byNeighbour.computeIfPresent(hop.key.identity(), (key, all) -> all.remove(hop) && all.isEmpty() ? null : all);
    Words.write(array, offset(hop.index), Words.buffer(NextHop.LAYOUT.size()), 0, NextHop.LAYOUT.size());
    ids.release(hop.index - Abi.CLIENT_HOPS);
    neighbours.release(hop.key.identity());
  }

  /** Follows one neighbour. */
  void neighbourChanged(Neighbour neighbour) {
    for (Hop hop : byNeighbour.getOrDefault(new ManagedNeighbours.Key(neighbour.ifindex(), neighbour.address()), List.of())) {
      if (hop.mac != neighbour.mac()) {
        hop.mac = neighbour.mac();
        write(hop);
      }
    }
  }

  /** Asks for routes anew; true if the way to any server has changed. */
  boolean refresh() {
    boolean changed = false;
    for (Map.Entry<IpAddress, Route> entry : netlink.routes(targets.keySet()).entrySet()) {
      Target target = targets.get(entry.getKey());
      boolean rerouted = !target.route.equals(entry.getValue());
      boolean moved = !key(target.address, entry.getValue()).equals(Optional.ofNullable(target.hop).map(hop -> hop.key));
      if (rerouted || moved) {
        direct(target, entry.getValue());
        changed = true;
      }
    }
    for (Hop hop : hops.values()) {
      hop.mac = neighbours.mac(hop.key.identity());
      write(hop);
    }
    return changed;
  }

  /** The neighbours that the entries of next_hops name, towards clients and servers alike. */
  static Set<ManagedNeighbours.Key> neighbours(MappedArray nextHops) {
    Set<ManagedNeighbours.Key> found = new HashSet<>();
    for (int index = 0; index < nextHops.sizeBytes() / nextHops.strideBytes(); index++) {
      neighbour(nextHops, index).ifPresent(found::add);
    }
    return found;
  }

  /** The neighbour that an entry of next_hops names. */
  static Optional<ManagedNeighbours.Key> neighbour(MappedArray nextHops, int index) {
    NextHop entry = NextHop.read(Words.read(nextHops, (long) index * nextHops.strideBytes(), NextHop.LAYOUT.size()), 0);
    boolean written = entry.ifindex() != 0 && entry.gatewayFamily().isPresent();
    return written
        ? Optional.of(new ManagedNeighbours.Key(entry.ifindex(), Convert.address(entry.gateway(), entry.gatewayFamily().get())))
        : Optional.empty();
  }

  /** Readers must never take half of an address for whole: RESOLVED goes first and comes last. */
  private void write(Hop hop) {
    Device device = interfaces.device(hop.key.ifindex());
    long sourceMac = interfaces.link(hop.key.ifindex()).map(Link::mac).orElse(0L);
    boolean resolved = hop.mac != 0 && sourceMac != 0;
    NextHop entry =
        new NextHop(
            new MacAddress(hop.mac),
            new MacAddress(sourceMac),
            device.transmitIfindex(),
            hop.key.ifindex(),
            hop.key.mtu(),
            device.flags() | (resolved ? NextHopFlag.RESOLVED.value() : 0),
            device.vlan(),
            Convert.wire(hop.key.neighbour()),
            Optional.of(Convert.family(hop.key.neighbour().family())));
    ByteBuffer bytes = Words.buffer(NextHop.LAYOUT.size());
    NextHop.write(entry, bytes, 0);
    long at = offset(hop.index);
    boolean macsDiffer = array.getLong(at) != bytes.getLong(0) || array.getLong(at + 8) != bytes.getLong(8);
    if (macsDiffer) {
      ByteBuffer unresolved = Words.buffer(NextHop.LAYOUT.size());
      NextHop.write(withFlags(entry, device.flags()), unresolved, 0);
      Words.write(array, at, unresolved, FLAGS_WORD, FLAGS_WORD + 8);
    }
    Words.write(array, at, bytes, 0, FLAGS_WORD);
    Words.write(array, at, bytes, FLAGS_WORD + 8, NextHop.LAYOUT.size());
    Words.write(array, at, bytes, FLAGS_WORD, FLAGS_WORD + 8);
  }

  private static NextHop withFlags(NextHop hop, int flags) {
    return new NextHop(
        hop.destinationMac(), hop.sourceMac(), hop.transmitIfindex(), hop.ifindex(), hop.mtu(), flags, hop.vlan(),
        hop.gateway(), hop.gatewayFamily());
  }

  private long offset(int index) {
    return (long) index * array.strideBytes();
  }
}
