// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.SchedulerFlag;
import java.util.List;
import java.util.Set;

/** What the kernel does with a ring and live counts, in Java. */
final class PickModel implements Recording.Director {
  private static final int NONE = -1;

  private final List<RealServer> servers;
  private final Ring ring;
  private final boolean hashesPort;
  private final boolean fallback;
  private final long[] active;
  private final long[] inactive;
  private int counter;

  PickModel(String scheduler, Set<SchedulerFlag> flags, List<RealServer> newestFirst) {
    this.servers = newestFirst;
    this.ring = Schedulers.byName(scheduler).orElseThrow().ring(newestFirst);
    this.hashesPort = flags.stream().anyMatch(flag -> flag.text().endsWith("-port"));
    this.fallback = flags.stream().anyMatch(flag -> flag.text().endsWith("-fallback"));
    this.active = new long[newestFirst.size()];
    this.inactive = new long[newestFirst.size()];
  }

  @Override
  public char pick(IpAddress client, int port, IpAddress destination) {
    int server = ring.entries().length == 0 ? NONE : index(client, hashesPort ? port : 0, destination);
    if (server == NONE) {
      return 'X';
    }
    active[server]++;
    return Recording.name(servers.get(server).address());
  }

  @Override
  public void close(char name) {
    int server = named(name);
    active[server]--;
    inactive[server]++;
  }

  @Override
  public void count(char name, int nowActive, int nowInactive) {
    active[named(name)] = nowActive;
    inactive[named(name)] = nowInactive;
  }

  private int named(char name) {
    int server = 0;
    while (Recording.name(servers.get(server).address()) != name) {
      server++;
    }
    return server;
  }

  private int index(IpAddress client, int port, IpAddress destination) {
    return switch (ring.pick()) {
      case NEXT -> next();
      case FAILOVER, OVERFLOW -> first(0);
      case DESTINATION_HASH -> usableOrNone(ring.entries()[ClientHash.sourceHash(destination, 0, 0)]);
      case SOURCE_HASH, MAGLEV_HASH -> hashed(client, port);
      default -> least();
    };
  }

  private boolean isUsable(int server) {
    RealServer s = servers.get(server);
    return s.weight() > 0 && (s.upperThreshold() == 0 || active[server] + inactive[server] < s.upperThreshold());
  }

  private int usableOrNone(int server) {
    return isUsable(server) ? server : NONE;
  }

  private int next() {
    int server = first(counter++);
    while (server != NONE && ring.entries()[(counter - 1) % ring.entries().length] != server) {
      counter++;
    }
    return server;
  }

  private int first(int start) {
    int length = ring.entries().length;
    for (int i = 0; i < length; i++) {
      int server = ring.entries()[(start + i) % length];
      boolean isFull = ring.pick() == Ring.Pick.OVERFLOW && active[server] > servers.get(server).weight();
      if (isUsable(server) && !isFull) {
        return server;
      }
    }
    return NONE;
  }

  private int hashed(IpAddress client, int port) {
    int length = ring.entries().length;
    int first = place(client, port, 0);
    int server = ring.entries()[first];
    for (int n = 0; !isUsable(server) && fallback && n < length; n++) {
      server = ring.entries()[place(client, port, (n + first) % length)];
    }
    return usableOrNone(server);
  }

  private int place(IpAddress client, int port, int offset) {
    return ring.pick() == Ring.Pick.SOURCE_HASH
        ? ClientHash.sourceHash(client, port, offset)
        : Integer.remainderUnsigned(ClientHash.maglev(client, port, offset), ring.entries().length);
  }

  private int least() {
    int[] entries = ring.entries();
    int least = NONE;
    for (int i = 0; i < entries.length; i++) {
      if (!isUsable(entries[i])) {
        continue;
      }
      if (ring.pick() == Ring.Pick.NEVER_QUEUE && active[entries[i]] == 0) {
        return entries[i];
      }
      if (least == NONE || overhead(entries[least]) * ring.numbers()[i] > overhead(entries[i]) * ring.numbers()[least]) {
        least = i;
      }
    }
    return least == NONE ? NONE : entries[least];
  }

  private long overhead(int server) {
    boolean onlyActive = ring.pick() == Ring.Pick.SHORTEST_EXPECTED_DELAY || ring.pick() == Ring.Pick.NEVER_QUEUE;
    return onlyActive ? active[server] + 1 : active[server] * 256 + inactive[server];
  }
}
