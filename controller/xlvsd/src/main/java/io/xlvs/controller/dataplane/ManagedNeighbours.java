// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.controller.net.Link;
import io.xlvs.controller.net.Neighbour;
import io.xlvs.controller.net.Rtnetlink;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.loader.BpfException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The neighbours that the kernel knows, and those it is asked to keep resolved (NTF_EXT_MANAGED), since no packets of its own go
 * there. It forgets what it was asked together with the neighbour, when a link goes down, loses its carrier, or somebody flushes:
 * then it is asked again.
 */
final class ManagedNeighbours {
  private static final Logger LOG = LoggerFactory.getLogger(ManagedNeighbours.class);

  /** A neighbour's identity. */
  record Key(int ifindex, IpAddress address) {}

  private final Rtnetlink netlink;
  private final IntFunction<Optional<Link>> links;
  private final Map<Key, Integer> users = new HashMap<>();
  private Map<Key, Neighbour> usable = new HashMap<>();

  /** @param links interfaces by index */
  ManagedNeighbours(Rtnetlink netlink, IntFunction<Optional<Link>> links) {
    this.netlink = netlink;
    this.links = links;
    read();
  }

  /** Its Ethernet address in the low 48 bits; 0: not known now. */
  long mac(Key key) {
    return Optional.ofNullable(usable.get(key)).map(Neighbour::mac).orElse(0L);
  }

  /** One more user wants it resolved. */
  void keep(Key key) {
    if (users.merge(key, 1, Integer::sum) == 1) {
      manage(key);
    }
  }

  /** One user less; without any, also without any before in this process, the kernel may forget it. */
  void release(Key key) {
    if (users.merge(key, -1, Integer::sum) <= 0) {
      users.remove(key);
      unmanage(key);
    }
  }

  /** Follows an event. */
  void changed(Neighbour neighbour) {
    Key key = new Key(neighbour.ifindex(), neighbour.address());
    if (neighbour.usable()) {
      usable.put(key, neighbour);
    } else {
      usable.remove(key);
    }
    if (users.containsKey(key) && !neighbour.managed()) {
      manage(key);
    }
  }

  /** Reads all anew; events may have been lost, or links have come up. */
  void refresh() {
    read();
    users.keySet().forEach(this::manage);
  }

  /** Nobody wants any of these resolved. */
  void releaseAll(Collection<Key> keys) {
    users.clear();
    Set.copyOf(keys).forEach(this::unmanage);
  }

  private void read() {
    Map<Key, Neighbour> current = new HashMap<>();
    netlink.neighbours(
        neighbour -> {
          if (neighbour.usable()) {
            current.put(new Key(neighbour.ifindex(), neighbour.address()), neighbour);
          }
        });
    usable = current;
  }

  /** A neighbour that the administrator has set must not be managed: the kernel would begin to ask for it. */
  private void manage(Key key) {
    Neighbour known = usable.get(key);
    boolean asks = links.apply(key.ifindex()).map(link -> link.up() && !link.loopback() && link.mac() != 0).orElse(false);
    if (asks && (known == null || !known.permanent() && !known.managed())) {
      attempt(key, () -> netlink.keepResolved(key.ifindex(), key.address()));
    }
  }

  private void unmanage(Key key) {
    Neighbour known = usable.get(key);
    if (known != null && known.managed()) {
      attempt(key, () -> netlink.probe(key.ifindex(), key.address()));
    }
  }

  private void attempt(Key key, Runnable request) {
    try {
      request.run();
    } catch (BpfException e) {
      // The interface may just have gone: the event that says so follows.
      String name = links.apply(key.ifindex()).map(Link::name).orElse("with index " + key.ifindex());
      LOG.warn("cannot have {} on interface {} resolved: {}", key.address(), name, e.getMessage());
    }
  }
}
