// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.loader.Collection;
import io.xlvs.loader.Program;
import io.xlvs.loader.TestRunOptions;
import io.xlvs.loader.TestRunResult;
import io.xlvs.loader.map.MappedArray;
import io.xlvs.loader.map.ProgArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Runs XDP programs on packets that follow one another, for one flow after the other: see exchange.bpf.c. */
final class Exchange implements AutoCloseable {
  private static final int XDP_MD_BYTES = 24;
  private static final int XDP_MD_DATA_END = 4;
  private static final int XDP_MD_INGRESS_IFINDEX = 12;
  private static final int HEADER_BYTES = 96;
  private static final int STEPS = 8;
  private static final int POPULATIONS = 2;
  private static final int STEPS_TO_SEND_AT = 8;
  private static final int NEXT_STEP_AT = 12;
  private static final int POPULATIONS_AT = 16;
  private static final int POPULATION_BYTES = 12;
  private static final int STEPS_AT = POPULATIONS_AT + POPULATIONS * POPULATION_BYTES;
  private static final int STEP_BYTES = 32 + HEADER_BYTES;
  private static final int EXCHANGE_BYTES = STEPS_AT + STEPS * STEP_BYTES;

  /**
   * One packet of an exchange.
   *
   * @param shape whose flows are the population's, and its first address unless it answers
   * @param population 0 or 1
   * @param begins the population's next flow, not the same again
   * @param answers whom the last packet came from, as it left the program
   */
  record Step(Shape shape, int population, boolean begins, boolean answers) {}

  private final Collection collection;
  private final ProgArray target;
  private final MappedArray exchanges;
  private final int ingress;
  private byte[] last;

  /**
   * Loads the harness.
   *
   * @param ingress index of the interface that packets seem to come from, in the calling thread's network namespace
   */
  Exchange(int ingress) {
    this.ingress = ingress;
    this.collection = Harness.spec("exchange").load();
    this.target = ProgArray.of(collection.map("target"));
    this.exchanges = MappedArray.map(collection.map("exchanges"));
  }

  /** What a client and, where the director sees it, its server send for a new connection and one packet of data. */
  static List<Step> handshake(Plan plan, int flows) {
    List<Step> steps = new ArrayList<>();
    steps.add(new Step(Shape.request(plan, Frames.SYN, flows), 0, true, false));
    if (plan.translates()) {
      steps.add(new Step(Shape.answer(plan), 0, false, true));
    }
    Step data = new Step(Shape.request(plan, Frames.ACK, flows), 0, false, false);
    steps.add(data);
    steps.add(data);
    return steps;
  }

  /** The base: returns XDP_TX at once. */
  Program sendBack() {
    return collection.program("send_back");
  }

  /** Sets what is sent from now on; flows begin anew. */
  void send(List<Step> steps) {
    exchanges.putBytes(0, new byte[EXCHANGE_BYTES]);
    sendOn(steps);
  }

  /** Sets what is sent from now on; flows go on behind the last one. */
  void sendOn(List<Step> steps) {
    exchanges.putInt(STEPS_TO_SEND_AT, steps.size());
    exchanges.putInt(NEXT_STEP_AT, 0);
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      if (!step.answers()) {
        long population = POPULATIONS_AT + (long) POPULATION_BYTES * step.population();
        exchanges.putInt(population, step.shape().flows() - 1);
        exchanges.putInt(population + 4, step.shape().address());
      }
      exchanges.putBytes(STEPS_AT + (long) i * STEP_BYTES, bytes(step));
    }
    last = steps.get(steps.size() - 1).shape().frame();
  }

  private static ByteBuffer bytes(Step step) {
    ByteBuffer bytes = ByteBuffer.allocate(STEP_BYTES).order(ByteOrder.nativeOrder());
    Shape shape = step.shape();
    boolean v4 = shape.frame()[12] == 8;
    int source = Frames.ETHERNET + (v4 ? 12 : 20);
    bytes.putInt(shape.frame().length).putInt(step.population()).putInt(step.begins() ? 1 : 0).putInt(step.answers() ? 1 : 0);
    bytes.putInt(shape.addressOffset()).putInt(shape.portOffset());
    bytes.putInt(source).putInt(Frames.ETHERNET + (v4 ? 20 : 40));
    return bytes.put(shape.frame(), 0, HEADER_BYTES).flip();
  }

  /** Runs a program on the next {@code packets} packets. */
  TestRunResult run(Program program, int packets) {
    target.set(0, program);
    byte[] context = new byte[XDP_MD_BYTES];
    ByteBuffer.wrap(context)
        .order(ByteOrder.nativeOrder())
        .putInt(XDP_MD_DATA_END, last.length)
        .putInt(XDP_MD_INGRESS_IFINDEX, ingress);
    TestRunResult result =
        collection.program("restore_next").testRun(TestRunOptions.packet(last).withContext(context).withRepeat(packets));
    last = result.out();
    return result;
  }

  @Override
  public void close() {
    exchanges.close();
    collection.close();
  }
}
