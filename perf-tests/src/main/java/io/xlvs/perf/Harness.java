// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.loader.Collection;
import io.xlvs.loader.CollectionSpec;
import io.xlvs.loader.Program;
import io.xlvs.loader.TestRunOptions;
import io.xlvs.loader.TestRunResult;
import io.xlvs.loader.map.Codecs;
import io.xlvs.loader.map.MappedArray;
import io.xlvs.loader.map.ProgArray;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Runs XDP programs on packets that are restored before each repeat: see harness.bpf.c. */
final class Harness implements AutoCloseable {
  private static final int XDP_MD_BYTES = 24;
  private static final int XDP_MD_DATA_END = 4;
  private static final int XDP_MD_INGRESS_IFINDEX = 12;
  private static final int FLOW_AT = 20;
  private static final int PACKETS_AT = 24;
  private static final int HEADER_AT = 32;
  private static final int HEADER_BYTES = 96;
  private static final int FIRST_NS_AT = HEADER_AT + HEADER_BYTES;
  private static final int LAST_NS_AT = FIRST_NS_AT + 8;
  private static final int LAST_AT = LAST_NS_AT + 8;
  private static final int SHAPE_BYTES = LAST_AT + 8;
  private static final int INSPECTION_BYTES = 24;

  private final Collection collection;
  private final ProgArray target;
  private final MappedArray shapes;
  private final int ingress;
  private Shape sent;

  /**
   * Loads the harness.
   *
   * @param ingress index of the interface that packets seem to come from, in the calling thread's network namespace
   */
  Harness(int ingress) {
    this.ingress = ingress;
    this.collection = spec("harness").load();
    this.target = ProgArray.of(collection.map("target"));
    this.shapes = MappedArray.map(collection.map("shapes"));
  }

  /** An object file of this module. */
  static CollectionSpec spec(String name) {
    String resource = name + ".bpf.o";
    try (InputStream in = Harness.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("io/xlvs/perf/" + resource + " is missing from the class path: run 'make -C perf-tests'");
      }
      return CollectionSpec.parse(name, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + resource, e);
    }
  }

  /** The base: returns XDP_TX at once. */
  Program sendBack() {
    return collection.program("send_back");
  }

  /** Counts what it gets and spoils it; see {@link #inspection()}. */
  Program inspect() {
    return collection.program("inspect");
  }

  /** Sets what is sent from now on; flows begin anew. */
  void send(Shape shape) {
    send(shape, 0);
  }

  /** Sets what is sent from now on; the flows that come next are those that come behind {@code flow}. */
  void send(Shape shape, int flow) {
    sent = shape;
    ByteBuffer bytes = ByteBuffer.allocate(SHAPE_BYTES).order(ByteOrder.nativeOrder());
    bytes.putInt(shape.frame().length).putInt(shape.flows() - 1).putInt(shape.address());
    bytes.putInt(shape.addressOffset()).putInt(shape.portOffset()).putInt(flow);
    bytes.position(HEADER_AT).put(shape.frame(), 0, HEADER_BYTES).flip();
    shapes.putBytes(0, bytes);
  }

  /** What is sent. */
  Shape sent() {
    return sent;
  }

  /** The flow that was sent last. */
  int flow() {
    return shapes.getInt(FLOW_AT);
  }

  /** Runs a program on {@code packets} packets, each a new one. */
  TestRunResult run(Program program, int packets) {
    target.set(0, program);
    shapes.putLong(PACKETS_AT, 0);
    shapes.putLong(LAST_AT, 0);
    return runAlone(collection.program("restore"), packets);
  }

  /**
   * Nanoseconds of one packet in the run whose result this is, the last one. The kernel gives whole ones and leaves out what
   * interrupted the run; what it cut off, our own readings of the clock tell, as far as they agree with it.
   */
  double nsEach(TestRunResult result) {
    double whole = result.durationNs();
    long packets = shapes.getLong(LAST_AT);
    double exact = packets == 0 ? whole : (double) (shapes.getLong(LAST_NS_AT) - shapes.getLong(FIRST_NS_AT)) / packets;
    return Math.min(Math.max(exact, whole), whole + 1);
  }

  /** Runs a program without restoring: from the second packet on it gets its own output. */
  TestRunResult runAlone(Program program, int packets) {
    byte[] context = new byte[XDP_MD_BYTES];
    ByteBuffer.wrap(context)
        .order(ByteOrder.nativeOrder())
        .putInt(XDP_MD_DATA_END, sent.frame().length)
        .putInt(XDP_MD_INGRESS_IFINDEX, ingress);
    return program.testRun(TestRunOptions.packet(sent.frame()).withContext(context).withRepeat(packets));
  }

  /**
   * What {@link #inspect()} has seen.
   *
   * @param same packets as they were to be
   * @param different other packets
   * @param flows distinct ones
   */
  record Inspection(long same, long different, long flows) {}

  Inspection inspection() {
    return collection
        .map("inspections", Codecs.U32, Codecs.of(INSPECTION_BYTES, (value, out) -> { }, Harness::readInspection))
        .lookup(0)
        .orElseThrow();
  }

  private static Inspection readInspection(ByteBuffer in) {
    return new Inspection(in.getLong(), in.getLong(), in.getLong());
  }

  @Override
  public void close() {
    shapes.close();
    collection.close();
  }
}
