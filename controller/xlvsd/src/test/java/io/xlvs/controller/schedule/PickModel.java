// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.SchedulerFlag;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** What the kernel does with a ring and live counts, in Java. */
final class PickModel implements Recording.Director {
  private static final int NONE = -1;

  /** Connections by server number. */
  private final long[] active = new long[10];
  private final long[] inactive = new long[10];

  /** lblc, lblcr: the servers that a destination was given, the last one first. */
  private final Map<IpAddress, List<Character>> destinations = new HashMap<>();

  private String scheduler;
  private List<RealServer> servers;
  private Ring ring;
  private final boolean hashesPort;
  private final boolean fallback;
  private int counter;
  private boolean dayPassed;

  PickModel(String scheduler, Set<SchedulerFlag> flags, List<RealServer> servers) {
    change(scheduler, servers);
    this.hashesPort = flags.stream().anyMatch(flag -> flag.text().endsWith("-port"));
    this.fallback = flags.stream().anyMatch(flag -> flag.text().endsWith("-fallback"));
  }

  @Override
  public void change(String newScheduler, List<RealServer> newServers) {
    if (!newScheduler.equals(scheduler)) {
      destinations.clear();
    }
    scheduler = newScheduler;
    servers = new ArrayList<>(newServers);
    Collections.reverse(servers);
    ring = Schedulers.byName(scheduler).orElseThrow().ring(servers);
  }

  @Override
  public void passDay() {
    dayPassed = true;
  }

  @Override
  public char pick(IpAddress client, int port, IpAddress destination) {
    int server = ring.entries().length == 0 ? NONE : index(client, hashesPort ? port : 0, destination);
    if (server == NONE) {
      return 'X';
    }
    active[number(server)]++;
    return Recording.name(servers.get(server).address());
  }

  @Override
  public void close(char name) {
    active[name - '0']--;
    inactive[name - '0']++;
  }

  @Override
  public void count(char name, int nowActive, int nowInactive) {
    active[name - '0'] = nowActive;
    inactive[name - '0'] = nowInactive;
  }

  private int number(int server) {
    return Recording.name(servers.get(server).address()) - '0';
  }

  private int index(IpAddress client, int port, IpAddress destination) {
    return switch (ring.pick()) {
      case NEXT -> next();
      case FAILOVER, OVERFLOW -> first(0);
      case DESTINATION_HASH -> usableOrNone(ring.entries()[ClientHash.sourceHash(destination, 0, 0)]);
      case SOURCE_HASH, MAGLEV_HASH -> hashed(client, port);
      case LOCALITY_BASED, LOCALITY_BASED_REPLICATION -> cached(destination);
      default -> least();
    };
  }

  private boolean isUsable(int server) {
    RealServer s = servers.get(server);
    return s.weight() > 0 && (s.upperThreshold() == 0 || active[number(server)] + inactive[number(server)] < s.upperThreshold());
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
      boolean isFull = ring.pick() == Ring.Pick.OVERFLOW && active[number(server)] > servers.get(server).weight();
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
      if (ring.pick() == Ring.Pick.NEVER_QUEUE && active[number(entries[i])] == 0) {
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
    return onlyActive ? active[number(server)] + 1 : active[number(server)] * 256 + inactive[number(server)];
  }

  /** ip_vs_lblc_schedule(), ip_vs_lblcr_schedule(). */
  private int cached(IpAddress destination) {
    List<Character> set = destinations.computeIfAbsent(destination, key -> new ArrayList<>());
    boolean replicates = ring.pick() == Ring.Pick.LOCALITY_BASED_REPLICATION;
    int server = replicates ? leastMember(set) : onlyMember(set);
    if (replicates && dayPassed && set.size() > 1) {
      set.remove(mostMember(set));
      dayPassed = false;
    }
    if (server != NONE && !othersIdle(server)) {
      return server;
    }
    server = least();
    if (server == NONE) {
      return NONE;
    }
    Character name = Recording.name(servers.get(server).address());
    if (!replicates) {
      set.clear();
    }
    if (!set.contains(name)) {
      set.add(0, name);
      dayPassed = false;
    }
    return server;
  }

  private int named(Character name) {
    return IntStream.range(0, servers.size()).filter(i -> number(i) == name - '0').findFirst().orElse(NONE);
  }

  private int onlyMember(List<Character> set) {
    int server = set.isEmpty() ? NONE : named(set.get(0));
    return server == NONE || servers.get(server).weight() == 0 ? NONE : server;
  }

  private int leastMember(List<Character> set) {
    int least = NONE;
    for (Character name : set) {
      int server = named(name);
      if (server != NONE && isUsable(server) && (least == NONE || isLess(server, least))) {
        least = server;
      }
    }
    return least;
  }

  private Character mostMember(List<Character> set) {
    Character most = set.get(0);
    for (Character name : set) {
      if (isLess(named(most), named(name))) {
        most = name;
      }
    }
    return most;
  }

  private boolean isLess(int one, int other) {
    return overhead(one) * servers.get(other).weight() < overhead(other) * servers.get(one).weight();
  }

  private boolean othersIdle(int server) {
    return active[number(server)] > servers.get(server).weight()
        && IntStream.range(0, servers.size()).anyMatch(i -> active[number(i)] * 2 < servers.get(i).weight());
  }
}
