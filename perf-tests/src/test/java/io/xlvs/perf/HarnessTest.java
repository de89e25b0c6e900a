// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Family;
import io.xlvs.bpf.Method;
import io.xlvs.loader.TestRunResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is measured is what was to be measured. Needs root. */
class HarnessTest {
  private static final int PACKETS = 10_000;

  private Lab lab;
  private Harness harness;

  @BeforeEach
  void open() {
    lab = new Lab();
    harness = new Harness(lab.uplink);
  }

  @AfterEach
  void close() {
    harness.close();
    lab.close();
  }

  @ParameterizedTest
  @CsvSource({"IPV4, TCP", "IPV4, UDP", "IPV6, TCP", "IPV6, UDP"})
  void restoresThePacketThatAProgramSpoils(Family family, Transport transport) {
    harness.send(Shape.request(Plan.of(Method.NAT, family, transport), Frames.ACK, 1));
    assertThat(harness.run(harness.inspect(), PACKETS).returnValue()).isEqualTo(Meter.XDP_TX);
    assertThat(harness.inspection()).isEqualTo(new Harness.Inspection(PACKETS, 0, 1));
  }

  @ParameterizedTest
  @CsvSource({"IPV4", "IPV6"})
  void wouldSeeAPacketThatIsNotRestored(Family family) {
    harness.send(Shape.request(Plan.of(Method.NAT, family, Transport.TCP), Frames.ACK, 1));
    harness.runAlone(harness.inspect(), 2);
    assertThat(harness.inspection().same()).isOne();
    assertThat(harness.inspection().different()).isOne();
  }

  @ParameterizedTest
  @CsvSource({"IPV4, false", "IPV4, true", "IPV6, false", "IPV6, true"})
  void sendsEachFlowOnceAPeriod(Family family, boolean reply) {
    int flows = 1 << 15;
    Plan plan = Plan.of(Method.FULLNAT, family, Transport.TCP);
    harness.send(reply ? Shape.reply(plan, Frames.ACK, flows) : Shape.request(plan, Frames.ACK, flows));
    harness.run(harness.inspect(), flows);
    assertThat(harness.inspection().flows()).isEqualTo(flows);
  }

  @Test
  void flowsGoOnWhereTheyWere() {
    int flows = 1 << 12;
    Plan plan = Plan.of(Method.NAT, Family.IPV4, Transport.TCP);
    Shape shape = Shape.request(plan, Frames.ACK, flows);
    harness.send(shape);
    harness.run(harness.inspect(), flows / 2);
    int flow = harness.flow();
    harness.send(Shape.reply(plan, Frames.ACK, 1));
    harness.run(harness.sendBack(), 10);
    harness.send(shape, flow);
    harness.run(harness.inspect(), flows / 2);
    assertThat(harness.inspection().flows()).isEqualTo(flows);
  }

  @Test
  void tellsFractionsOfANanosecond() {
    harness.send(Shape.request(Plan.of(Method.NAT, Family.IPV4, Transport.TCP), Frames.ACK, 1));
    boolean finer = false;
    for (int i = 0; i < 20; i++) { // a run that was interrupted tells less
      TestRunResult result = harness.run(harness.sendBack(), 5 * PACKETS);
      double each = harness.nsEach(result);
      assertThat(each).isBetween((double) result.durationNs(), result.durationNs() + 1.0);
      finer |= each != Math.rint(each);
    }
    assertThat(finer).isTrue();
  }
}
