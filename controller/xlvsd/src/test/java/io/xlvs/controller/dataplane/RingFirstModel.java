// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.RingSweep;
import io.xlvs.controller.schedule.Schedulers;
import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.SchedulerFlag;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.Timeouts;
import io.xlvs.controller.service.Tunnel;
import io.xlvs.controller.service.VirtualService;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * A random history of one service and its flows, played to the kernel's program and to the controller. What is known of the truth: at which
 * server each flow is, and until when it counts as live. Nothing of how places change hands is known here.
 */
final class RingFirstModel {
  private static final int SERVERS = 6;
  private static final int FLOWS = 48;
  /** Seconds: IPVS's time-outs, which are those of the defaults. */
  private static final Map<Stage, Integer> TCP_LIVES = Map.of(Stage.NEW, 60, Stage.OPEN, 900, Stage.OVER, 120);
  private static final int UDP_LIVES = 300;

  /** How far a flow has come. */
  private enum Stage { NONE, NEW, OPEN, OVER }

  /** A flow; server 0: none. */
  private static final class Flow {
    final int client;
    final int port;
    Stage stage = Stage.NONE;
    int server;
    long seen;

    Flow(int client, int port) {
      this.client = client;
      this.port = port;
    }
  }

  private final RingFirstBed bed;
  private final Random random;
  private final ServiceKey.Endpoint key;
  private final String scheduler;
  private final Set<SchedulerFlag> flags;
  private final Map<Integer, RealServer> servers = new TreeMap<>();
  private final List<Flow> flows = new ArrayList<>();
  private final List<String> history = new ArrayList<>();
  private long second;
  private int nextClient = 1;

  /** What has been seen, so that a test can tell that it tested something. */
  int followed;
  int moved;
  int settled;

  RingFirstModel(RingFirstBed bed, long seed, Protocol protocol, String scheduler, Set<SchedulerFlag> flags) {
    this.bed = bed;
    this.random = new Random(seed);
    this.key = new ServiceKey.Endpoint(protocol, RingFirstBed.VIP, 1000 + (int) (seed % 60_000));
    this.scheduler = scheduler;
    this.flags = flags;
    for (int i = 0; i < FLOWS; i++) {
      flows.add(newFlow());
    }
    servers.put(1, server(1, 1));
    servers.put(2, server(2, 1));
    apply();
  }

  private Flow newFlow() {
    nextClient++;
    return new Flow(0x0a640000 | nextClient, 1024 + random.nextInt(60_000));
  }

  private RealServer server(int number, int weight) {
    ForwardingMethod method = random.nextBoolean() ? ForwardingMethod.TUN : ForwardingMethod.DR;
    RealServer before = servers.get(number);
    int last = weight != 0 ? weight : before == null ? 0 : before.lastWeight();
    return new RealServer(RingFirstBed.server(number), key.port(), method, weight, last, 0, 0, Tunnel.DEFAULT, 1);
  }

  private VirtualService service() {
    return new VirtualService(
        key, scheduler, flags, 0, 0, 0, "", false, Timeouts.NONE, List.copyOf(servers.values()), List.of(), 1, bed.revision);
  }

  private void apply() {
    bed.put(service());
  }

  void play(int steps) {
    for (int i = 0; i < steps; i++) {
      int what = random.nextInt(100);
      if (what < 78) {
        send(flows.get(random.nextInt(FLOWS)));
      } else if (what < 90) {
        pass(random.nextInt(10) == 0 ? 50 + random.nextInt(900) : 1 + random.nextInt(30));
      } else if (what < 98) {
        change();
      } else if (what == 98) {
        note("restart");
        bed.restart();
        apply();
      } else {
        dieHalfWay();
      }
    }
  }

  private void note(String what) {
    history.add(second + "s " + what);
  }

  /** Time passes, with the daemon's seconds in between or, when it is busy or dead, without. */
  private void pass(int seconds) {
    int left = seconds;
    while (left > 0) {
      int step = Math.min(left, 1 + random.nextInt(60));
      left -= step;
      second += step;
      bed.age(step);
      if (random.nextInt(4) != 0) {
        RingSweep sweep = bed.tick();
        settled += sweep.expired();
      }
    }
    note("passed " + seconds + " s, " + bed.changing(key) + " places changing");
  }

  private void change() {
    int number = 1 + random.nextInt(SERVERS);
    RealServer now = servers.get(number);
    if (now == null) {
      servers.put(number, server(number, 1 + random.nextInt(3)));
    } else if (random.nextInt(3) == 0) {
      servers.remove(number);
      flows.stream().filter(flow -> flow.server == number).forEach(flow -> flow.server = 0);
    } else {
      servers.put(number, server(number, random.nextInt(3)));
    }
    note("server " + number + ": " + (servers.containsKey(number) ? "weight " + servers.get(number).weight() : "deleted"));
    apply();
  }

  /** kill -9 while weights are being changed: some places have heard of it. */
  private void dieHalfWay() {
    if (servers.isEmpty()) {
      return;
    }
    for (int number : List.copyOf(servers.keySet())) {
      servers.put(number, server(number, random.nextInt(3)));
    }
    VirtualService wanted = service();
    bed.wantPart(wanted, Schedulers.of(wanted).ring(wanted.serversNewestFirst()).entries(), random);
    note("killed half way through weights " + servers.values().stream().map(RealServer::weight).toList());
    bed.restart();
    apply();
  }

  private boolean isLive(Flow flow) {
    int lives = key.protocol() == Protocol.UDP ? UDP_LIVES : TCP_LIVES.getOrDefault(flow.stage, 0);
    return flow.stage != Stage.NONE && flow.server != 0 && second - flow.seen < lives;
  }

  private void send(Flow flow) {
    boolean live = isLive(flow);
    if (!live && random.nextInt(3) == 0) {
      flows.set(flows.indexOf(flow), newFlow()); // its client is never heard of again
      return;
    }
    if (live && random.nextInt(12) == 0) {
      assertThat(bed.sendError(key, flow.client, flow.port)).as("ICMP error of %s", describe(flow)).isEqualTo(flow.server);
      return;
    }
    if (live && random.nextInt(12) == 0 && flow.stage != Stage.NEW) {
      for (int server : bed.sendFragments(key, flow.client, flow.port, random.nextInt())) {
        assertThat(server).as("fragment of %s", describe(flow)).isEqualTo(flow.server);
      }
      flow.seen = second;
      return;
    }
    if (key.protocol() == Protocol.UDP) {
      deliver(flow, live, 0, Stage.OPEN);
    } else if (!live || flow.stage == Stage.OVER && random.nextBoolean()) {
      deliver(flow, false, RingFirstBed.SYN, Stage.NEW);
    } else if (flow.stage == Stage.NEW && random.nextInt(3) == 0) {
      deliver(flow, servers.get(flow.server).weight() > 0, RingFirstBed.SYN, Stage.NEW);
    } else if (random.nextInt(8) == 0) {
      deliver(flow, true, random.nextBoolean() ? RingFirstBed.FIN | RingFirstBed.ACK : RingFirstBed.RST, Stage.OVER);
    } else {
      deliver(flow, true, RingFirstBed.ACK, flow.stage == Stage.OVER ? Stage.OVER : Stage.OPEN);
    }
  }

  private void deliver(Flow flow, boolean bound, int tcpFlags, Stage after) {
    int server = bed.send(key, flow.client, flow.port, tcpFlags);
    if (bound) {
      assertThat(server).as("server of %s", describe(flow)).isEqualTo(flow.server);
      followed++;
    } else if (server == 0) {
      boolean usable = servers.values().stream().anyMatch(one -> one.weight() > 0);
      assertThat(usable).as("a server takes new flows, and %s found none", describe(flow)).isFalse();
      flow.stage = Stage.NONE;
      flow.server = 0;
      return;
    } else {
      assertThat(servers).as("servers that %s may go to", describe(flow)).containsKey(server);
      if (tcpFlags == RingFirstBed.SYN && flow.stage == Stage.NONE) {
        assertThat(servers.get(server).weight()).as("weight of what %s found, %d", describe(flow), server).isPositive();
      }
      moved += flow.server != 0 && flow.server != server ? 1 : 0;
    }
    flow.server = server;
    flow.seen = second;
    flow.stage = after;
  }

  private String describe(Flow flow) {
    List<String> last = history.subList(Math.max(0, history.size() - 40), history.size());
    return "flow " + IpAddress.ofIpv4(flow.client) + ":" + flow.port + ", " + flow.stage + ", last seen at " + flow.seen + " s, now "
        + second + " s, place " + bed.place(key, flow.client, flow.port) + " after\n" + String.join("\n", last) + "\n";
  }

  /** In the end nothing changes any more. */
  void comeToRest() {
    for (int i = 0; i < 100; i++) {
      second += 30;
      bed.age(30);
      bed.tick();
    }
    assertThat(bed.changing(key)).as("places that still change after %s", history.get(history.size() - 1)).isZero();
    bed.remove(key);
  }
}
