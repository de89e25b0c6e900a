// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.loader.Collection;
import io.xlvs.loader.CollectionSpec;
import io.xlvs.loader.Program;
import io.xlvs.loader.TestRunOptions;
import io.xlvs.loader.map.Codecs;
import io.xlvs.loader.map.MappedArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.LongAccumulator;

/** Sends live frames into a {@link LiveBed} and counts what arrives: see live.bpf.c. */
final class LiveFrames implements AutoCloseable {
  private static final int HEADER_AT = 64;
  private static final int HEADER_BYTES = 80;
  private static final int IPV4_CHECK = 10;
  private static final int BATCH = 64;

  /** How long after the last frame was sent the last one may arrive. */
  private static final long PATIENCE_NS = 50_000_000;

  private final PinnedThreads threads;
  private final Collection collection;
  private final MappedArray senders;
  private final MappedArray arrivals;
  private final MappedArray counts;

  /**
   * Loads the programs, in the bed's namespace.
   *
   * @param client the far end where requests enter
   * @param server the far end where replies enter
   * @param back where the bare redirects send
   */
  LiveFrames(PinnedThreads threads, int client, int server, int back) {
    this.threads = threads;
    CollectionSpec spec = Harness.spec("live");
    spec.variable("bare_ifindex").set(back);
    collection = spec.load();
    senders = MappedArray.map(collection.map("senders"));
    arrivals = MappedArray.map(collection.map("arrivals"));
    counts = MappedArray.map(collection.map("counts"));
    var farEnds = collection.map("far_ends", Codecs.U32, Codecs.U32);
    farEnds.update(0, client);
    farEnds.update(1, server);
    collection.map("bare_port", Codecs.U32, Codecs.U32).update(0, back);
  }

  Program countXdp() {
    return collection.program("count_xdp");
  }

  Program countTc() {
    return collection.program("count_tc");
  }

  /** The limits of the bed: redirects from the front to the back. */
  Program bare(LiveBed.Hook hook) {
    return collection.program(hook == LiveBed.Hook.XDP ? "bare_xdp" : "bare_tc");
  }

  /** The limit of tunnels at tc: as {@link #bare}, with room for an outer header. */
  Program bareTcRoom() {
    return collection.program("bare_tc_room");
  }

  /**
   * What a burst came to.
   *
   * @param sent frames
   * @param arrived those that look as they have to
   * @param wrong those that do not
   * @param bytes of those that arrived
   * @param seconds until the last one arrived
   * @param nsEach of the kernel's loop that sends, a frame on the slowest CPU: what the frame sets off on that CPU is in it, the setting up is not
   */
  record Burst(long sent, long arrived, long wrong, long bytes, double seconds, long nsEach) {
    double mpps() {
      return arrived / seconds / 1e6;
    }
  }

  /** Sends so many frames of this traffic from each of so many CPUs, as fast as the director takes them. */
  Burst burst(Traffic traffic, Arrival arrival, int cpus, int framesEach) {
    byte[] frame = prepare(traffic, cpus);
    arrivals.putBytes(0, arrival.bytes());
    TestRunOptions options =
        TestRunOptions.packet(frame).withFlags(TestRunOptions.LIVE_FRAMES).withBatchSize(BATCH).withRepeat(framesEach);
    Program send = collection.program("send");
    long[] before = counts();
    long sent = (long) framesEach * cpus;
    LongAccumulator slowest = new LongAccumulator(Math::max, 0);
    long begin = System.nanoTime();
    threads.run(cpus, cpu -> slowest.accumulate(send.testRun(options).durationNs()));
    long end = System.nanoTime();
    long[] now = counts();
    long deadline = end + PATIENCE_NS;
    while (now[0] - before[0] + now[1] - before[1] < sent && System.nanoTime() < deadline) {
      long[] later = counts();
      if (later[0] != now[0] || later[1] != now[1]) {
        end = System.nanoTime();
        now = later;
      }
    }
    return new Burst(sent, now[0] - before[0], now[1] - before[1], now[2] - before[2], (end - begin) / 1e9, slowest.get());
  }

  /** Tells each CPU what to send; returns the frame. */
  private byte[] prepare(Traffic traffic, int cpus) {
    Shape shape = traffic.shape();
    byte[] frame = shape.frame();
    boolean v4 = frame[12] == 8;
    int l4 = Frames.ETHERNET + (v4 ? 20 : 40);
    int l4Check = l4 + (traffic.transport() == Transport.TCP ? 16 : 6);
    int ipCheck = v4 ? Frames.ETHERNET + IPV4_CHECK : 0;
    int first = threads.first(cpus);
    for (int cpu = first; cpu < threads.count(); cpu++) {
      ByteBuffer bytes = ByteBuffer.allocate(HEADER_AT + HEADER_BYTES).order(ByteOrder.nativeOrder());
      bytes.putInt(shape.flows() - 1).putInt((cpu - first) * shape.flows()).putInt(shape.address());
      bytes.putInt(shape.addressOffset()).putInt(shape.portOffset()).putInt(ipCheck).putInt(l4Check);
      bytes.putInt(v4 ? complement(frame, ipCheck) : 0).putInt(complement(frame, l4Check)).putInt(traffic.mode().reply ? 1 : 0);
      bytes.putInt(senders.getInt((long) cpu * senders.strideBytes() + bytes.position()));
      bytes.position(HEADER_AT).put(frame, 0, Math.min(frame.length, HEADER_BYTES)).rewind();
      senders.putBytes((long) cpu * senders.strideBytes(), bytes);
    }
    return frame;
  }

  private static int complement(byte[] frame, int check) {
    return ~ByteBuffer.wrap(frame).getShort(check) & 0xffff;
  }

  /** Right, wrong and bytes, of all CPUs. */
  private long[] counts() {
    long[] sums = new long[3];
    for (int cpu = 0; cpu < threads.count(); cpu++) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += counts.getLongVolatile((long) cpu * counts.strideBytes() + i * Long.BYTES);
      }
    }
    return sums;
  }

  @Override
  public void close() {
    senders.close();
    arrivals.close();
    counts.close();
    collection.close();
  }
}
