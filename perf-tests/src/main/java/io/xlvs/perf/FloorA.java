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
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Floor A, with the same services and connections as the {@link Director}. */
final class FloorA implements AutoCloseable {
  private static final int VIP_BYTES = 20;
  private static final int FLOW_BYTES = 40;
  private static final int SERVER_BYTES = 48;
  private static final int COUNT_BYTES = 16;

  private record Vip(byte[] address, int port, Transport transport) {}

  private record Key(Transport transport, byte[] source, int sport, byte[] destination, int dport) {}

  /** An entry: the server, and what addresses and ports become. */
  private record Flow(int server, byte[] source, int sport, byte[] destination, int dport) {}

  private record Server(byte[] tunnelSource, byte[] tunnelDestination) {}

  private static final Codec<Vip> VIP =
      Codecs.of(VIP_BYTES, (vip, out) -> {
        put16(out, vip.address);
        out.put(be16(vip.port)).put((byte) vip.transport.number).put((byte) 0);
      }, in -> { throw new UnsupportedOperationException("never read"); });
  private static final Codec<Flow> FLOW =
      Codecs.of(FLOW_BYTES, (flow, out) -> {
        out.putInt(flow.server).put(be16(flow.sport)).put(be16(flow.dport));
        put16(out, flow.source);
        put16(out, flow.destination);
      }, in -> { throw new UnsupportedOperationException("never read"); });
  private static final Codec<Server> SERVER =
      Codecs.of(SERVER_BYTES, (server, out) -> {
        out.put(new byte[] {2, 0, 0, 0, 2, 2, 2, 0, 0, 0, 1, 1, 0, 0, 0, 0});
        put16(out, server.tunnelSource);
        put16(out, server.tunnelDestination);
      }, in -> { throw new UnsupportedOperationException("never read"); });

  private static final Codec<List<Long>> COUNTS =
      Codecs.perCpu(Codecs.of(COUNT_BYTES, (packets, out) -> { }, FloorA::readPackets), Bpf.possibleCpus());

  private final Collection collection;

  /**
   * Loads the programs.
   *
   * @param entries4 of the table of IPv4 connections
   * @param entries6 of that of IPv6
   */
  FloorA(int entries4, int entries6) {
    CollectionSpec spec = Harness.spec("floor_a");
    spec.map("flows4").setMaxEntries(entries4);
    spec.map("flows6").setMaxEntries(entries6);
    collection = spec.load();
    for (Plan plan : Plan.all()) {
      collection.map("servers", Codecs.U32, SERVER).update(plan.index(), new Server(plan.director(), plan.server()));
      var vips = collection.map("vips", VIP, FLOW);
      Flow first = new Flow(plan.index(), source(plan, 0), Flows.FIRST_PORT, plan.server(), plan.serverPort());
      vips.update(new Vip(plan.vip(), plan.servicePort(), plan.transport()), first);
      if (plan.translates()) {
        vips.update(new Vip(plan.server(), plan.serverPort(), plan.transport()), first);
      }
    }
  }

  Program program(Mode mode) {
    return collection.program(mode.floorProgram());
  }

  /** Packets that went to or came from the service's server, on all CPUs. */
  long packets(Plan plan) {
    return collection.map("counts", Codecs.U32, COUNTS).lookup(plan.index()).orElseThrow().stream().mapToLong(n -> n).sum();
  }

  /** Makes the entries of flows 0 to {@code flows - 1} in one direction. */
  void establish(Plan plan, boolean reply, int flows) {
    Codec<Key> key = keyCodec(plan.family());
    String map = plan.family() == Family.IPV4 ? "flows4" : "flows6";
    Iterable<Map.Entry<Key, Flow>> entries =
        () -> IntStream.range(0, flows).mapToObj(flow -> reply ? replyEntry(plan, flow) : requestEntry(plan, flow)).iterator();
    collection.map(map, key, FLOW).updateBatch(entries);
  }

  private static Map.Entry<Key, Flow> requestEntry(Plan plan, int flow) {
    int port = Flows.port(flow);
    Key key = new Key(plan.transport(), plan.client(flow), port, plan.vip(), plan.servicePort());
    return Map.entry(key, new Flow(plan.index(), source(plan, flow), port, plan.server(), plan.serverPort()));
  }

  private static Map.Entry<Key, Flow> replyEntry(Plan plan, int flow) {
    int port = Flows.port(flow);
    Key key = new Key(plan.transport(), plan.server(), plan.serverPort(), source(plan, flow), port);
    return Map.entry(key, new Flow(plan.index(), plan.vip(), plan.servicePort(), plan.client(flow), port));
  }

  /** Whom the real server sees. */
  private static byte[] source(Plan plan, int flow) {
    return plan.method() == Method.FULLNAT ? plan.local(flow) : plan.client(flow);
  }

  private static Codec<Key> keyCodec(Family family) {
    int address = family == Family.IPV4 ? 4 : 16;
    return Codecs.of(2 * address + 8, (key, out) -> {
      out.put(key.source).put(key.destination).put(be16(key.sport)).put(be16(key.dport)).putInt(key.transport.number);
    }, in -> { throw new UnsupportedOperationException("never read"); });
  }

  private static Long readPackets(ByteBuffer in) {
    long packets = in.getLong();
    in.getLong(); // bytes
    return packets;
  }

  private static void put16(ByteBuffer out, byte[] address) {
    out.put(address).put(new byte[16 - address.length]);
  }

  private static byte[] be16(int value) {
    return new byte[] {(byte) (value >>> 8), (byte) value};
  }

  @Override
  public void close() {
    collection.close();
  }
}
