// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import io.xlvs.bpf.Reason;
import io.xlvs.bpf.Stats;
import io.xlvs.loader.Program;
import io.xlvs.loader.TestRunOptions;
import io.xlvs.loader.TestRunResult;
import java.util.Locale;

/**
 * Sends packets through the real program and the oracle side by side, and compares verdict, whole packet and counters. Both
 * remember connections, so the packets of a bench are one history.
 */
final class Bench implements AutoCloseable {
  /** Is told of every frame that {@link #check} sends. */
  interface Recorder {
    void sent(byte[] frame, int ingress);
  }

  private final Hook hook;
  private final DataPlane plane;
  private final Program program;
  private final Oracle oracle;
  private final int servers;
  private Recorder recorder = (frame, ingress) -> { };

  Bench(World world, Lab lab) {
    this(world, lab, Hook.XDP);
  }

  Bench(World world, Lab lab, Hook hook) {
    this.hook = hook;
    plane = new DataPlane(world, lab, hook);
    program = plane.collection().program(hook.program);
    oracle = new Oracle(world, hook);
    servers = world.services().stream().mapToInt(service -> service.ring().size()).sum();
  }

  Hook hook() {
    return hook;
  }

  DataPlane plane() {
    return plane;
  }

  Oracle oracle() {
    return oracle;
  }

  void record(Recorder newRecorder) {
    recorder = newRecorder;
  }

  /** Runs the program on a frame that came in on an interface. */
  TestRunResult run(byte[] frame, int ingress) {
    return program.testRun(TestRunOptions.packet(frame).withContext(hook.context(frame.length, ingress)));
  }

  /**
   * Runs a well-formed frame and fails unless everything that it leaves behind is what the oracle says.
   *
   * @return what came out
   */
  byte[] check(String what, byte[] frame, int ingress) {
    recorder.sent(frame, ingress);
    long[] reasonsBefore = plane.reasons();
    Stats[] statsBefore = stats();
    TestRunResult result = run(frame, ingress);
    Expectation expected;
    try {
      expected = oracle.expect(frame, ingress, result.out());
    } catch (MalformedPacketException e) {
      throw new AssertionError(what + ": the test's own packet, or what became of it, is malformed: " + e.getMessage()
          + ": " + Bytes.hex(frame) + " became " + Bytes.hex(result.out()), e);
    } catch (AssertionError e) {
      throw new AssertionError(what + " (verdict " + verdict(result) + counted(reasonsBefore) + "): " + e.getMessage(), e);
    }
    if (expected.verdict() != verdict(result)) {
      throw Mismatch.failure(
          what + ": verdict " + verdict(result) + counted(reasonsBefore) + " instead of " + expected.verdict()
              + " for " + expected.reason(), frame, result.out());
    }
    if (expected.packet() != null) {
      Mismatch.assertSamePacket(what, frame, expected.packet(), result.out());
    }
    checkReasons(what, reasonsBefore, expected, frame);
    checkStats(what, statsBefore, expected, frame);
    return result.out();
  }

  Expectation.Verdict verdict(TestRunResult result) {
    return hook.verdict(result.returnValue());
  }

  /** Names of the reasons counted since then. */
  String counted(long[] before) {
    StringBuilder names = new StringBuilder();
    long[] now = plane.reasons();
    for (Reason reason : Reason.values()) {
      if (now[reason.value()] != before[reason.value()]) {
        names.append(' ').append(reason);
      }
    }
    return names.length() == 0 ? ", no reason counted" : ", counted:" + names;
  }

  private void checkReasons(String what, long[] before, Expectation expected, byte[] frame) {
    long[] now = plane.reasons();
    for (Reason reason : Reason.values()) {
      long delta = now[reason.value()] - before[reason.value()];
      boolean due = reason.name().toLowerCase(Locale.ROOT).equals(expected.reason());
      boolean mayBeMissing = due && !expected.reasonRequired() && delta == 0;
      if (delta != (due ? 1 : 0) && !mayBeMissing) {
        throw new AssertionError(what + ": reason " + reason + " counted " + delta + " times, expected "
            + expected.reason() + ": " + Bytes.hex(frame));
      }
    }
  }

  private Stats[] stats() {
    Stats[] all = new Stats[servers];
    for (int server = 0; server < all.length; server++) {
      all[server] = plane.stats(server);
    }
    return all;
  }

  private void checkStats(String what, Stats[] before, Expectation expected, byte[] frame) {
    if (expected.server() < 0) {
      return;
    }
    for (int server = 0; server < before.length; server++) {
      Stats old = before[server];
      boolean due = server == expected.server();
      int in = due && expected.inbound() ? 1 : 0;
      int out = due && !expected.inbound() ? 1 : 0;
      Stats want =
          new Stats(
              old.connections() + (due && expected.newConnection() ? 1 : 0),
              old.inPackets() + in,
              old.outPackets() + out,
              old.inBytes() + (long) in * expected.bytes(),
              old.outBytes() + (long) out * expected.bytes());
      Stats now = plane.stats(server);
      if (!now.equals(want)) {
        throw new AssertionError(what + ": counters of server " + server + " are " + now + " instead of " + want
            + ": " + Bytes.hex(frame));
      }
    }
  }

  @Override
  public void close() {
    plane.close();
  }
}
