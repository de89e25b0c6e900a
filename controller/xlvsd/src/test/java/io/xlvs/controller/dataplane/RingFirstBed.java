// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Place;
import io.xlvs.bpf.RingLine;
import io.xlvs.bpf.RingRecord;
import io.xlvs.bpf.RingRecordKey;
import io.xlvs.bpf.RingSweep;
import io.xlvs.controller.schedule.Recording;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.VirtualService;
import io.xlvs.loader.TestRunOptions;
import io.xlvs.loader.TestRunResult;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;

/** The controller on real maps and the XDP program on packets, by a clock of the test's own; servers are known by their MAC addresses. */
abstract class RingFirstBed extends ControllerOnMaps {
  static final IpAddress VIP = IpAddress.parse("10.0.0.100");
  static final int FIN = 1;
  static final int SYN = 2;
  static final int RST = 4;
  static final int ACK = 16;

  private static final int ETHERNET = 14;
  private static final int IPV4 = 20;
  private static final int XDP_TX = 3;
  private static final int XDP_REDIRECT = 4;
  private static final int SERVERS = 8;
  /** Where what an ICMP error of a client quotes begins. */
  private static final int QUOTE = ETHERNET + IPV4 + 8;

  private final Map<ServiceKey, VirtualService> services = new LinkedHashMap<>();

  static IpAddress server(int number) {
    return IpAddress.ofIpv4(0xc0000200 + number);
  }

  @Override
  String[] programs() {
    return new String[] {"xlvs_xdp", "xlvs_sweep", "xlvs_jiffies", "xlvs_ring_sweep"};
  }

  @BeforeEach
  void wire() {
    Namespaces.ip("link add out address 02:00:00:00:01:01 type veth peer name far");
    Namespaces.ip("link set far up");
    Namespaces.ip("link set out up");
    Namespaces.ip("address add 192.0.2.254/24 dev out");
    for (int i = 1; i <= SERVERS; i++) {
      Namespaces.ip("neigh add " + server(i) + " lladdr 02:00:00:00:02:0" + i + " dev out nud permanent");
    }
    startController();
  }

  /** Makes a service be this; others stay. */
  void put(VirtualService service) {
    services.put(service.key(), service);
    applyAll();
  }

  void remove(ServiceKey key) {
    services.remove(key);
    applyAll();
  }

  private void applyAll() {
    try {
      apply(services.values().toArray(VirtualService[]::new));
    } catch (DataPlaneException e) {
      throw new AssertionError(e);
    }
  }

  /** Another process takes the maps over. */
  void restart() {
    startController();
  }

  /** Does the first part of what a change of weights does to the places, as a process that is then killed. */
  void wantPart(VirtualService wanted, int[] entries, Random random) {
    AppliedService held = applied.get(wanted.key());
    int[] slots = wanted.serversNewestFirst().stream().mapToInt(server -> held.slots.get(server.key()).index).toArray();
    int[] servers = entries.length == 0 ? new int[held.places.rule().places()] : Arrays.stream(entries).map(i -> slots[i]).toArray();
    if (entries.length == 0) {
      Arrays.fill(servers, RingLine.EMPTY);
    }
    held.places.want(Arrays.copyOf(servers, random.nextInt(servers.length)), RingFirst.gone(held, wanted), nowNanos);
  }

  /** The kernel's clock cannot be set, so that the records age. */
  void age(int seconds) {
    nowNanos += TimeUnit.SECONDS.toNanos(seconds);
    Map<RingRecordKey, RingRecord> aged = new LinkedHashMap<>();
    objects.ringRecords().entries().forEach((key, record) -> aged.put(key, new RingRecord(
        record.lastSeenJiffies() - (long) seconds * SETTINGS.jiffiesPerSecond(), record.server(), record.generation())));
    aged.forEach((key, record) -> objects.ringRecords().update(key, record));
  }

  /** What the daemon does each second. */
  RingSweep tick() {
    reconciler.freeRested(nowNanos);
    if (!tables.ringFirst().begin(nowNanos)) {
      return new RingSweep(0, 0);
    }
    RingSweep found = objects.ringSweep(); // nobody else runs a program here, so that there is no grace to wait for
    tables.ringFirst().end(found, nowNanos, nowNanos);
    return found;
  }

  int changing(ServiceKey key) {
    return applied.get(key).places.changing();
  }

  /** The place of a flow, for messages. */
  String place(ServiceKey key, int client, int port) {
    AppliedService held = applied.get(key);
    StringBuilder text = new StringBuilder();
    if (held.places.rule().pick() == io.xlvs.bpf.Pick.SH) {
      int hashed = client + (held.places.rule().hashPort() ? port : 0);
      text.append(held.places.get(hashed * 0x61C88647 >>> 24));
    } else {
      int hashed = Recording.maglev(IpAddress.ofIpv4(client), held.places.rule().hashPort() ? port : 0);
      text.append(held.places.get(Integer.remainderUnsigned(hashed, held.places.rule().places())));
    }
    held.slots.forEach((server, slot) -> text.append(", ").append(server).append(" is ").append(slot.index));
    objects.ringRecords().entries().forEach((record, value) -> {
      if (record.client().sourcePort() == port && record.service() == held.index) {
        text.append(", record ").append(value.slot()).append(value.generation() == 0 ? "" : " of " + value.generation());
      }
    });
    return text.toString();
  }

  /** Sends a packet of a flow; the number of the server that it goes to, 0: none. */
  int send(ServiceKey.Endpoint key, int client, int port, int tcpFlags) {
    return run(packet(key, client, port, tcpFlags, 0, 0));
  }

  /** The two fragments of a packet in the middle of a flow. */
  List<Integer> sendFragments(ServiceKey.Endpoint key, int client, int port, int id) {
    List<Integer> servers = new ArrayList<>();
    servers.add(run(packet(key, client, port, ACK, id, 0x2000)));
    servers.add(run(packet(key, client, port, ACK, id, 3)));
    return servers;
  }

  /** A client's error about what the server has sent it. */
  int sendError(ServiceKey.Endpoint key, int client, int port) {
    ByteBuffer frame = ByteBuffer.allocate(QUOTE + IPV4 + 8);
    ethernet(frame);
    ip(frame, ETHERNET, frame.capacity() - ETHERNET, 1, client, (int) VIP.lowBits(), 0, 0);
    frame.put(ETHERNET + IPV4, (byte) 3).put(ETHERNET + IPV4 + 1, (byte) 4);
    ip(frame, QUOTE, 1500, key.protocol().number(), (int) VIP.lowBits(), client, 0, 0);
    frame.putShort(QUOTE + IPV4, (short) key.port()).putShort(QUOTE + IPV4 + 2, (short) port);
    frame.putShort(ETHERNET + IPV4 + 2, checksum(frame, ETHERNET + IPV4, frame.capacity()));
    return run(frame);
  }

  private static ByteBuffer packet(ServiceKey.Endpoint key, int client, int port, int tcpFlags, int id, int fragment) {
    boolean tcp = key.protocol() == Protocol.TCP;
    ByteBuffer frame = ByteBuffer.allocate(ETHERNET + IPV4 + 24);
    ethernet(frame);
    ip(frame, ETHERNET, frame.capacity() - ETHERNET, key.protocol().number(), client, (int) VIP.lowBits(), id, fragment);
    int at = ETHERNET + IPV4;
    if ((fragment & 0x1fff) == 0) {
      frame.putShort(at, (short) port).putShort(at + 2, (short) key.port());
      if (tcp) {
        frame.put(at + 12, (byte) 0x50).put(at + 13, (byte) tcpFlags);
      } else {
        frame.putShort(at + 4, (short) 24);
      }
    }
    return frame;
  }

  private static void ethernet(ByteBuffer frame) {
    frame.putShort(0, (short) 0x0200).putShort(4, (short) 0x0101).putShort(6, (short) 0x0200).putShort(10, (short) 0x0909);
    frame.putShort(12, (short) 0x0800);
  }

  private static void ip(ByteBuffer frame, int at, int length, int protocol, int from, int to, int id, int fragment) {
    frame.put(at, (byte) 0x45).putShort(at + 2, (short) length).putShort(at + 4, (short) id).putShort(at + 6, (short) fragment);
    frame.put(at + 8, (byte) 64).put(at + 9, (byte) protocol).putInt(at + 12, from).putInt(at + 16, to);
    frame.putShort(at + 10, checksum(frame, at, at + IPV4));
  }

  private static short checksum(ByteBuffer frame, int from, int to) {
    int sum = 0;
    for (int at = from; at < to; at += 2) {
      sum += frame.getShort(at) & 0xffff;
    }
    sum = (sum & 0xffff) + (sum >>> 16);
    return (short) ~((sum & 0xffff) + (sum >>> 16));
  }

  private int run(ByteBuffer frame) {
    TestRunResult result = objects.xdp().testRun(TestRunOptions.packet(frame.array()));
    byte[] out = result.out();
    boolean forwarded = (result.returnValue() == XDP_TX || result.returnValue() == XDP_REDIRECT) && out[4] == 2;
    return forwarded ? out[5] : 0;
  }
}
