// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Method;
import io.xlvs.loader.TestRunResult;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * ICMP errors about tunnel packets, every encapsulation in and around both families, compared with {@link TunnelErrors}. The
 * tunnel packets are those that the data plane has just sent.
 */
class TunnelErrorTest {
  private static final int MTU = 1500;
  private static final int MUTATIONS = 60_000;

  /** A tunnel packet on its way to a server. */
  private record Sent(Worlds.Kind kind, byte[] packet) {}

  private interface Test {
    void run(Bench bench, Lab lab, List<Sent> sent);
  }

  private TunnelErrors expected;
  private int answered;
  private int passed;

  private void with(Hook hook, Test test) {
    try (Lab lab = new Lab()) {
      World world = Worlds.everything(lab, MTU);
      try (Bench bench = new Bench(world, lab, hook)) {
        expected = new TunnelErrors(world, bench.oracle(), hook);
        test.run(bench, lab, sendAll(bench, lab));
      }
    }
  }

  private static List<Sent> sendAll(Bench bench, Lab lab) {
    List<Sent> sent = new ArrayList<>();
    for (Worlds.Kind kind : Worlds.kinds()) {
      if (kind.method() == Method.TUN) {
        Talk tcp = Talk.tcp(bench, lab, kind, 7000);
        tcp.handshake();
        sent.add(new Sent(kind, packet(tcp.clientSends(kind + " data", Tcp.ACK, new byte[700]))));
        Talk udp = Talk.udp(bench, lab, kind, 7001);
        sent.add(new Sent(kind, packet(udp.clientSends(kind + " datagram", udp.datagram(Talk.DATA)))));
      }
    }
    return sent;
  }

  private static byte[] packet(byte[] frame) {
    try {
      return Headers.ofFrame(frame).packet();
    } catch (MalformedPacketException e) {
      throw new AssertionError("the tunnel packet is malformed: " + e.getMessage(), e);
    }
  }

  /** A router between director and server complains. */
  private static byte[] error(Sent sent, Icmp message) {
    InetAddress router = Bytes.address(message.version() == 4 ? "10.0.0.77" : "fd00::77");
    byte[] source = Bytes.slice(sent.packet, message.version() == 4 ? 12 : 8, message.version() == 4 ? 16 : 24);
    InetAddress director = Bytes.address(source, 0, source.length);
    byte[] ip = new Ip(router, director, message).encode();
    return new Ether(Lab.INSIDE_MAC, Bytes.unhex("020000000177")).wrap(ip);
  }

  private static List<Icmp> messages(int version, byte[] quote) {
    return version == 4
        ? List.of(Icmp.tooBig(4, 1400, quote), Icmp.tooBig(4, 0, quote), new Icmp(4, 3, 13, 0, quote),
            Icmp.portUnreachable(4, quote), Icmp.timeExceeded(4, quote), new Icmp(4, 12, 0, 20L << 24, quote))
        : List.of(Icmp.tooBig(6, 1400, quote), Icmp.tooBig(6, 0x10000000, quote), new Icmp(6, 1, 1, 0, quote),
            Icmp.portUnreachable(6, quote), Icmp.timeExceeded(6, quote), new Icmp(6, 4, 1, 40, quote));
  }

  /** Runs an error and compares; without an answer it must come out as it came, or be dropped under a name. */
  private void check(String what, Bench bench, byte[] frame, int ingress) {
    long[] before = bench.plane().reasons();
    TestRunResult result = bench.run(frame, ingress);
    Expectation.Verdict verdict = bench.verdict(result);
    Optional<byte[]> answer = expected.expect(frame);
    boolean sent = verdict == Expectation.Verdict.TX || verdict == Expectation.Verdict.REDIRECT;
    if (sent != answer.isPresent()) {
      throw Mismatch.failure(what + ": verdict " + verdict + bench.counted(before) + ", but an answer is "
          + (sent ? "not " : "") + "due", frame, result.out());
    }
    if (sent) {
      answered++;
      Mismatch.assertSamePacket(what, frame, answer.get(), result.out());
      assertThat(result.out().length).as(what).isEqualTo(answer.get().length);
      assertThat(bench.counted(before)).as(what).isEqualTo(", no reason counted");
      return;
    }
    passed++;
    assertThat(verdict).as(what).isEqualTo(Expectation.Verdict.PASS);
    assertThat(result.out()).as(what).isEqualTo(frame);
  }

  private void checkEach(Hook hook, BiConsumer<Sent, Consumer<byte[]>> frames) {
    with(hook, (bench, lab, all) -> {
      for (Sent sent : all) {
        frames.accept(sent, frame -> check(sent.kind.toString(), bench, frame, lab.inside));
      }
    });
  }

  private static int version(Sent sent) {
    return sent.packet[0] >> 4;
  }

  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldTellTheClientAboutItsOwnPacket(Hook hook) {
    checkEach(hook, (sent, check) -> messages(version(sent), sent.packet).forEach(message -> check.accept(error(sent, message))));
    assertThat(answered).isEqualTo(Worlds.kinds().stream().filter(kind -> kind.method() == Method.TUN).count() * 2 * 6);
  }

  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldDoSoWheneverThePortsAreQuoted(Hook hook) {
    checkEach(hook, (sent, check) -> {
      for (int length = 0; length <= Math.min(sent.packet.length, 200); length++) {
        byte[] quote = Arrays.copyOf(sent.packet, length);
        check.accept(error(sent, Icmp.tooBig(version(sent), 1400, quote)));
        check.accept(Ether.padded(error(sent, Icmp.timeExceeded(version(sent), quote))));
      }
    });
    assertThat(answered).isPositive();
    assertThat(passed).isPositive();
  }

  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldLeaveErrorsAboutOthersAlone(Hook hook) {
    checkEach(hook, (sent, check) -> {
      int addresses = version(sent) == 4 ? 12 : 8;
      int bytes = version(sent) == 4 ? 8 : 32;
      for (int at = addresses; at < addresses + bytes; at++) {
        byte[] other = sent.packet.clone();
        other[at] ^= 1;
        check.accept(error(sent, Icmp.tooBig(version(sent), 1400, other)));
      }
    });
    assertThat(answered).isZero();
  }

  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldLeaveTheConnectionAndItsCountsAsTheyAre(Hook hook) {
    with(hook, (bench, lab, all) -> {
      Tables tables = new Tables(bench.plane());
      var before = tables.connections("connections").entries();
      var halfOpen = tables.connections("half_open").entries();
      for (Sent sent : all) {
        for (Icmp message : messages(version(sent), sent.packet)) {
          check(sent.kind.toString(), bench, error(sent, message), lab.inside);
        }
      }
      assertThat(tables.connections("connections").entries()).isEqualTo(before);
      assertThat(tables.connections("half_open").entries()).isEqualTo(halfOpen);
    });
  }

  @ParameterizedTest
  @EnumSource(Hook.class)
  void shouldNeitherAnswerNorChangeWhatIsDamaged(Hook hook) {
    long seed = Seeds.of("xlvs.seed");
    Random random = new Random(seed);
    with(hook, (bench, lab, all) -> {
      Mutator mutator = new Mutator(random);
      for (int n = 0; n < MUTATIONS; n++) {
        Sent sent = all.get(random.nextInt(all.size()));
        byte[] packet = Arrays.copyOf(sent.packet, random.nextInt(sent.packet.length) + 1);
        List<Icmp> messages = messages(version(sent), packet);
        byte[] healthy = error(sent, messages.get(random.nextInt(messages.size())));
        byte[] damaged = mutator.mutate(healthy);
        // Half of them with the checksum that the damage wants, or little would get through.
        byte[] frame = random.nextBoolean() ? damaged : summed(damaged);
        if (bench.hook().runs(frame)) {
          int number = n;
          Seeds.attempt(seed, () -> checkDamaged("mutation " + number + " of " + sent.kind, bench, frame, lab.inside));
        }
      }
    });
    assertThat(answered).isGreaterThan(MUTATIONS / 20);
    assertThat(passed).isGreaterThan(MUTATIONS / 20);
  }

  /** A chain of extension headers too long for the data plane is its own choice to pass on. */
  private void checkDamaged(String what, Bench bench, byte[] frame, int ingress) {
    long[] before = bench.plane().reasons();
    TestRunResult result = bench.run(frame, ingress);
    if (bench.verdict(result) == Expectation.Verdict.PASS
        && (bench.counted(before).contains("TOO_MANY_HEADERS") || expected.expect(frame).isPresent() && isLong(frame))) {
      assertThat(result.out()).as(what).isEqualTo(frame);
      return;
    }
    check(what, bench, frame, ingress);
  }

  private static boolean isLong(byte[] frame) {
    try {
      return Headers.ofFrame(frame).transport() > 300;
    } catch (MalformedPacketException e) {
      return false;
    }
  }

  private static byte[] summed(byte[] frame) {
    try {
      Headers headers = Headers.ofFrame(frame);
      int field = headers.transportChecksum();
      if (field > 0 && (headers.protocol() == Protocol.ICMP || headers.protocol() == Protocol.ICMPV6)) {
        byte[] copy = frame.clone();
        Bytes.put16(copy, field, 0);
        Bytes.put16(copy, field, Checksum.complement(Headers.ofFrame(copy).transportSum()));
        return copy;
      }
    } catch (MalformedPacketException e) {
      return frame;
    }
    return frame;
  }
}
