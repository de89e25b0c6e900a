// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Family;
import io.xlvs.bpf.Method;
import io.xlvs.loader.Bpf;
import io.xlvs.loader.Collection;
import io.xlvs.loader.CollectionSpec;
import io.xlvs.loader.Program;
import io.xlvs.loader.map.Codec;
import io.xlvs.loader.map.Codecs;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Floor B, with the IPv4 services of DR, TUN and NAT that the {@link Director} has; it makes connections as packets come. */
final class FloorB implements AutoCloseable {
  private static final int SERVERS = 1024;
  private static final int ENDPOINTS = 1 << 11;
  private static final int PROBES = 4;
  private static final int COUNT_BYTES = 16;

  private record Endpoint(byte[] address, int port, int protocol, int method, byte[] to, int toPort, int server) {
    /** As floor_b.bpf.c hashes it. */
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
  private static final Codec<Plan> SLOT =
      Codecs.of(48, (plan, out) -> {
        out.put(new byte[] {2, 0, 0, 0, 2, 2, 2, 0, 0, 0, 1, 1, 0, 0, 0, 0});
        out.put(plan.director()).put(new byte[12]).put(plan.server()).put(new byte[12]);
      }, in -> { throw new UnsupportedOperationException("never read"); });
  private static final Codec<Long> TALLY = Codecs.of(COUNT_BYTES, (packets, out) -> { }, ByteBuffer::getLong);

  private final Collection collection;

  /**
   * Loads the program.
   *
   * @param lines of one CPU's slice of the cache, a power of two
   */
  FloorB(int lines) {
    CollectionSpec spec = Harness.spec("floor_b");
    spec.map("lines").setMaxEntries(Bpf.possibleCpus() * lines);
    spec.map("tallies").setMaxEntries(Bpf.possibleCpus() * SERVERS);
    spec.variable("line_mask").set(lines - 1);
    collection = spec.load();
    for (Plan plan : Plan.all()) {
      if (hasFloor(plan.method(), plan.family())) {
        add(plan);
      }
    }
  }

  /** Whether there is such a floor. */
  static boolean hasFloor(Method method, Family family) {
    return family == Family.IPV4 && method != Method.FULLNAT;
  }

  private void add(Plan plan) {
    collection.map("slots", Codecs.U32, SLOT).update(plan.index(), plan);
    int protocol = plan.transport().number;
    Mode in = switch (plan.method()) {
      case DR -> Mode.DR;
      case TUN -> Mode.TUN;
      default -> Mode.NAT_IN;
    };
    put(new Endpoint(plan.vip(), plan.servicePort(), protocol, 1 + in.ordinal(), plan.server(), plan.serverPort(), plan.index()));
    if (plan.method() == Method.NAT) {
      put(new Endpoint(
          plan.server(), plan.serverPort(), protocol, 1 + Mode.NAT_OUT.ordinal(), plan.vip(), plan.servicePort(), plan.index()));
    }
  }

  private void put(Endpoint endpoint) {
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

  Program program() {
    return collection.program("floor_b");
  }

  /** Packets that went to or came from the service's server, on all CPUs. */
  long packets(Plan plan) {
    long sum = 0;
    for (int cpu = 0; cpu < Bpf.possibleCpus(); cpu++) {
      sum += collection.map("tallies", Codecs.U32, TALLY).lookup(cpu * SERVERS + plan.index()).orElseThrow();
    }
    return sum;
  }

  private static byte[] be16(int value) {
    return new byte[] {(byte) (value >>> 8), (byte) value};
  }

  @Override
  public void close() {
    collection.close();
  }
}
