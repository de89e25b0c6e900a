// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Family;
import io.xlvs.bpf.Method;
import io.xlvs.loader.Bpf;
import io.xlvs.loader.CollectionSpec;
import io.xlvs.loader.Program;
import io.xlvs.loader.TestRunOptions;
import io.xlvs.loader.TestRunResult;
import io.xlvs.loader.map.Codec;
import io.xlvs.loader.map.Codecs;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Floor D, with the {@link Director}'s services for IPv4 and TCP: new connections, see floor_d.bpf.c. */
final class FloorD implements AutoCloseable {
  private static final int WIPE_BYTES = 32;

  private record Locals(int first, int addresses) {}

  private static final Codec<Locals> LOCALS =
      Codecs.of(12, (l, out) -> out.putInt(l.first).putInt(l.addresses).putInt(0), in -> {
        throw new UnsupportedOperationException("never read");
      });
  private static final Codec<Long> U64 = Codecs.of(8, (value, out) -> out.putLong(value), ByteBuffer::getLong);

  private final FloorTables tables;

  /**
   * Loads the program.
   *
   * @param lines of one CPU's slice of the cache, a power of two
   */
  FloorD(int connections, int halfOpen, int lines) {
    CollectionSpec spec = Harness.spec("floor_d");
    spec.map("established").setMaxEntries(connections);
    spec.map("replies").setMaxEntries(connections);
    spec.map("half_open").setMaxEntries(halfOpen);
    spec.map("half_replies").setMaxEntries(halfOpen);
    spec.map("begun").setMaxEntries(Bpf.possibleCpus() * FloorTables.SERVERS);
    tables = FloorTables.load(spec, lines);
    for (Plan plan : Plan.all()) {
      if (plan.family() == Family.IPV4 && plan.transport() == Transport.TCP) {
        int count = Plan.localAddresses(connections); // as Director has them
        tables.add(plan, count);
        if (plan.method() == Method.FULLNAT) {
          Locals locals = new Locals(ByteBuffer.wrap(plan.local(0)).getInt(), count);
          tables.collection().map("locals", Codecs.U32, LOCALS).update(plan.index(), locals);
        }
      }
    }
  }

  Program program() {
    return tables.collection().program("floor_d");
  }

  /** Packets that went to or came from the service's server, on all CPUs. */
  long packets(Plan plan) {
    return tables.packets(plan);
  }

  /** Connections that the service's server got, on all CPUs. */
  long begun(Plan plan) {
    return tables.sum("begun", U64, plan);
  }

  /**
   * How many entries there were.
   *
   * @param established connections
   * @param replies their servers' tuples
   * @param halfOpen handshakes
   * @param halfReplies their servers' tuples
   */
  record Entries(long established, long replies, long halfOpen, long halfReplies) {}

  /** Empties the tables; what was in them. */
  Entries wipe() {
    TestRunResult result = tables.collection().program("wipe").testRun(TestRunOptions.context(new byte[WIPE_BYTES]));
    ByteBuffer out = ByteBuffer.wrap(result.context()).order(ByteOrder.nativeOrder());
    return new Entries(out.getLong(), out.getLong(), out.getLong(), out.getLong());
  }

  @Override
  public void close() {
    tables.collection().close();
  }
}
