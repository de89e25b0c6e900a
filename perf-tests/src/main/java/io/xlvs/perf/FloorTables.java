// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Method;
import io.xlvs.loader.Bpf;
import io.xlvs.loader.Collection;
import io.xlvs.loader.CollectionSpec;
import io.xlvs.loader.map.Codec;
import io.xlvs.loader.map.Codecs;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The tables of floor_cache.h: services, servers, the cache's size, counters. */
final class FloorTables {
  /** Stride of per-server tables with a slice per CPU. */
  static final int SERVERS = 1024;

  private static final int ENDPOINTS = 1 << 11;
  private static final int PROBES = 4;
  private static final int COUNT_BYTES = 16;

  private record Endpoint(byte[] address, int port, int protocol, int method, byte[] to, int toPort, int server) {
    /** As floor_cache.h hashes it. */
    int place() {
      ByteBuffer words = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
      words.put(address).putShort(Short.reverseBytes((short) port)).put((byte) protocol).put((byte) 0).flip();
      long hash = Integer.toUnsignedLong(words.getInt()) * 0x9e3779b97f4a7c15L + words.getInt() * 0xc2b2ae3d27d4eb4fL;
      hash = (hash ^ hash >>> 32) * 0x9e3779b97f4a7c15L;
      return (int) (hash >>> 64 - Integer.numberOfTrailingZeros(ENDPOINTS));
    }
  }

  private static final Codec<Endpoint> ENDPOINT =
      Codecs.of(16, (e, out) -> {
        out.put(e.address).put(be16(e.port)).put((byte) e.protocol).put((byte) e.method);
        out.put(e.to).put(be16(e.toPort)).putShort((short) e.server);
      }, in -> new Endpoint(null, 0, 0, in.get(in.position() + 7), null, 0, 0));

  /** Where packets of a service go, and by which of a live bed's devices. */
  private record Slot(Plan plan, byte[] neighbour, int port) {}

  private static final Codec<Slot> SLOT =
      Codecs.of(48, (slot, out) -> {
        out.put(slot.neighbour).put(LiveBed.DIRECTOR_MAC).putInt(slot.port);
        out.put(slot.plan.director()).put(new byte[12]).put(slot.plan.server()).put(new byte[12]);
      }, in -> { throw new UnsupportedOperationException("never read"); });
  private static final Codec<Long> TALLY = Codecs.of(COUNT_BYTES, (packets, out) -> { }, ByteBuffer::getLong);

  private static final int FRONT = 0;
  private static final int BACK = 1;

  private final Collection collection;

  /** From a service's slot to that of its replies: none of their own where all leave by one device. */
  private final int replySlots;

  private FloorTables(Collection collection, int replySlots) {
    this.collection = collection;
    this.replySlots = replySlots;
  }

  /**
   * Loads a floor's programs.
   *
   * @param lines of one CPU's slice of the cache, a power of two
   */
  static FloorTables load(CollectionSpec spec, int lines) {
    size(spec, lines);
    return new FloorTables(spec.load(), 0);
  }

  /** As above, with packets that leave by the devices of a live bed in whose namespace the calling thread is. */
  static FloorTables between(LiveBed bed, CollectionSpec spec, int lines) {
    size(spec, lines);
    spec.variable("redirects").set(1);
    FloorTables tables = new FloorTables(spec.load(), SERVERS / 2);
    var ports = tables.collection.map("ports", Codecs.U32, Codecs.U32);
    ports.update(FRONT, bed.front);
    ports.update(BACK, bed.back);
    return tables;
  }

  private static void size(CollectionSpec spec, int lines) {
    spec.map("lines").setMaxEntries(Bpf.possibleCpus() * lines);
    spec.map("tallies").setMaxEntries(Bpf.possibleCpus() * SERVERS);
    spec.variable("line_mask").set(lines - 1);
  }

  Collection collection() {
    return collection;
  }

  /**
   * Adds an IPv4 service and its server's way back.
   *
   * @param locals local addresses, of a FULLNAT service
   */
  void add(Plan plan, int locals) {
    var slots = collection.map("slots", Codecs.U32, SLOT);
    slots.update(plan.index(), new Slot(plan, LiveBed.SERVER_MAC, BACK));
    if (replySlots > 0) {
      slots.update(plan.index() + replySlots, new Slot(plan, LiveBed.CLIENT_MAC, FRONT));
    }
    put(plan, plan.vip(), plan.servicePort(), plan.transport().number, in(plan.method()), plan.server(), plan.serverPort());
    if (plan.method() == Method.NAT) {
      put(plan, plan.server(), plan.serverPort(), plan.transport().number, Mode.NAT_OUT, plan.vip(), plan.servicePort());
    } else if (plan.method() == Method.FULLNAT) {
      for (int i = 0; i < locals; i++) {
        put(plan, plan.local(i << Flows.PORT_BITS), 0, 0, Mode.FULLNAT_OUT, plan.vip(), plan.servicePort());
      }
    }
  }

  private static Mode in(Method method) {
    return switch (method) {
      case DR -> Mode.DR;
      case TUN -> Mode.TUN;
      case NAT -> Mode.NAT_IN;
      case FULLNAT -> Mode.FULLNAT_IN;
    };
  }

  private void put(Plan plan, byte[] address, int port, int protocol, Mode mode, byte[] to, int toPort) {
    Endpoint endpoint = new Endpoint(address, port, protocol, 1 + mode.ordinal(), to, toPort, plan.index() + (mode.reply ? replySlots : 0));
    var endpoints = collection.map("endpoints", Codecs.U32, ENDPOINT);
    for (int i = 0; i < PROBES; i++) {
      int place = endpoint.place() + i & ENDPOINTS - 1;
      if (endpoints.lookup(place).orElseThrow().method == 0) {
        endpoints.update(place, endpoint);
        return;
      }
    }
    throw new IllegalStateException("no place within " + PROBES + " for " + endpoint);
  }

  /** Packets that went to or came from the service's server, on all CPUs. */
  long packets(Plan plan) {
    return sum("tallies", TALLY, plan);
  }

  /** What the slices of a per-server table have together. */
  long sum(String table, Codec<Long> codec, Plan plan) {
    long sum = 0;
    for (int cpu = 0; cpu < Bpf.possibleCpus(); cpu++) {
      sum += collection.map(table, Codecs.U32, codec).lookup(cpu * SERVERS + plan.index()).orElseThrow();
    }
    return sum;
  }

  private static byte[] be16(int value) {
    return new byte[] {(byte) (value >>> 8), (byte) value};
  }
}
