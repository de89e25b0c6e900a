// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Reason;
import io.xlvs.loader.TestRunResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Packets damaged in every way: passed on as they came, dropped under a name, or forwarded exactly as the oracle says; never
 * mangled, never a crash. Needs root and BPF, and fails without.
 */
class MutationTest {
  private static final int MUTATIONS = 100_000;
  private static final int HEALTHY = 1500;
  private static final int CUT_FRAMES = 100;
  private static final int MTU = 1500;

  /** A packet of the history and where it came in. */
  private record Sample(byte[] frame, int ingress) {}

  /** What became of the damaged packets, to see that the test reaches every way out. */
  private static final class Tally {
    int passed;
    int dropped;
    int forwarded;
    int refused;

    int judged() {
      return passed + dropped + forwarded;
    }

    @Override
    public String toString() {
      return passed + " passed, " + dropped + " dropped, " + forwarded + " forwarded, " + refused
          + " well-formed ones not forwarded though the oracle would";
    }
  }

  /** What is done to a data plane with a history. */
  private interface Damage {
    void run(Bench bench, long seed, Random random);
  }

  private final List<Sample> samples = new ArrayList<>();
  private final Tally tally = new Tally();

  @ParameterizedTest
  @EnumSource(Hook.class)
  void noDamagedPacketIsForwardedMangled(Hook hook) {
    afterTraffic(hook, this::mutate);
    System.out.println(tally);
    assertThat(tally.passed).isGreaterThan(MUTATIONS / 20);
    assertThat(tally.dropped).isPositive();
    assertThat(tally.forwarded).isGreaterThan(MUTATIONS / 20);
  }

  /** ICMP alone: errors about our connections in both directions, echo, and what damage makes of them. */
  @ParameterizedTest
  @EnumSource(Hook.class)
  void noDamagedIcmpIsForwardedMangled(Hook hook) {
    afterTraffic(hook, (bench, seed, random) -> {
      samples.removeIf(sample -> !isIcmp(sample.frame));
      mutate(bench, seed, random);
    });
    System.out.println("ICMP: " + tally);
    assertThat(tally.passed).isGreaterThan(MUTATIONS / 20);
    assertThat(tally.forwarded).isGreaterThan(MUTATIONS / 20);
  }

  @ParameterizedTest
  @EnumSource(Hook.class)
  void noPacketCutAtAnyByteIsForwarded(Hook hook) {
    afterTraffic(hook, (bench, seed, random) -> {
      for (int n = 0; n < CUT_FRAMES; n++) {
        Sample sample = samples.get(random.nextInt(samples.size()));
        for (int length = Mutator.SHORTEST; length < sample.frame.length; length++) {
          byte[] cut = Arrays.copyOf(sample.frame, length);
          Seeds.attempt(seed, () -> judge("cut to " + cut.length, bench, sample, cut));
        }
      }
    });
    assertThat(tally.passed + tally.dropped).isGreaterThan(CUT_FRAMES * 20);
  }

  /** Healthy packets first: their connections are what damaged ones can hit. */
  private void afterTraffic(Hook hook, Damage damage) {
    long seed = Seeds.of("xlvs.seed");
    Random random = new Random(seed);
    try (Lab lab = new Lab();
        Bench bench = new Bench(Worlds.everything(lab, MTU), lab, hook)) {
      bench.record((frame, ingress) -> samples.add(new Sample(frame, ingress)));
      RandomTraffic traffic = new RandomTraffic(random.nextLong(), bench, lab);
      while (traffic.packets() < HEALTHY) {
        Seeds.attempt(seed, traffic::step);
      }
      bench.record((frame, ingress) -> { });
      bench.oracle().followChoices(bench.plane()::choice);
      damage.run(bench, seed, random);
    }
  }

  private void mutate(Bench bench, long seed, Random random) {
    Mutator mutator = new Mutator(random);
    while (tally.judged() < MUTATIONS) {
      int number = tally.judged();
      Sample sample = samples.get(random.nextInt(samples.size()));
      byte[] damaged = mutator.mutate(sample.frame);
      Seeds.attempt(seed, () -> judge("mutation " + number, bench, sample, damaged));
    }
  }

  private static boolean isIcmp(byte[] frame) {
    try {
      int protocol = Headers.ofFrame(frame).protocol();
      return protocol == Protocol.ICMP || protocol == Protocol.ICMPV6;
    } catch (MalformedPacketException e) {
      throw new AssertionError("a healthy packet is malformed: " + Bytes.hex(frame), e);
    }
  }

  private void judge(String what, Bench bench, Sample sample, byte[] damaged) {
    if (beginsAnew(damaged) || !bench.hook().runs(damaged)) {
      return;
    }
    long[] before = bench.plane().reasons();
    TestRunResult result = bench.run(damaged, sample.ingress);
    Expectation.Verdict verdict = bench.verdict(result);
    // How long a chain of extension headers may be is the data plane's choice; a packet it did not read left no trace.
    boolean unread = bench.counted(before).contains(Reason.TOO_MANY_HEADERS.name());
    Expectation expected = unread ? null : expectation(what, bench, sample, damaged, result);
    switch (verdict) {
      case PASS -> {
        tally.passed++;
        if (!Arrays.equals(damaged, result.out())) {
          throw Mismatch.failure(what + ": passed on, but changed", damaged, result.out());
        }
      }
      case DROP -> {
        tally.dropped++;
        if (Arrays.equals(before, bench.plane().reasons())) {
          throw Mismatch.failure(what + ": dropped without a reason", damaged, result.out());
        }
      }
      case TX, REDIRECT -> {
        tally.forwarded++;
        String counted = bench.counted(before);
        if (expected == null || expected.packet() == null || expected.verdict() != verdict) {
          throw Mismatch.failure(what + ": forwarded (" + verdict + counted + ") instead of "
              + (expected == null ? "malformed" : expected.verdict() + " for " + expected.reason()), damaged,
              result.out());
        }
        Mismatch.assertSamePacket(what + counted, damaged, expected.packet(), result.out());
        return;
      }
      default -> throw Mismatch.failure(what + ": verdict " + verdict, damaged, result.out());
    }
    if (expected != null && expected.verdict() != verdict) {
      tally.refused++;
    }
  }

  /** Null for a packet that contradicts itself. */
  private static Expectation expectation(
      String what, Bench bench, Sample sample, byte[] damaged, TestRunResult result) {
    try {
      Headers.ofFrame(damaged);
    } catch (MalformedPacketException e) {
      return null;
    }
    try {
      return bench.oracle().expect(damaged, sample.ingress, result.out());
    } catch (MalformedPacketException e) {
      throw Mismatch.failure(what + ": became malformed: " + e.getMessage(), damaged, result.out());
    }
  }

  /** A SYN or INIT may reopen a connection that another mutation has closed; the oracle keeps no states. */
  private static boolean beginsAnew(byte[] frame) {
    try {
      Headers headers = Headers.ofFrame(frame);
      return Rewrite.isSyn(headers) || Sctp.isInit(headers);
    } catch (MalformedPacketException e) {
      return false;
    }
  }
}
