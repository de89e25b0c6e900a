// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Family;
import io.xlvs.bpf.Method;
import io.xlvs.perf.Scenario.Situation;
import java.util.Map;

/** What is asked of nanoseconds a packet. */
final class Bars {
  private static final double ONE_FLOW_OF_A = 0.55;
  private static final double ONE_FLOW_OF_B = 1.5;
  private static final double MILLION_FLOWS_OF_B = 1.25;
  private static final double RING_OF_C = 2;
  private static final double FULLNAT_OF_NAT = 1.35;
  private static final double IPV6_OF_IPV4 = 1.5;

  /** "As TCP", but for a nanosecond or two: what the kernel's clock resolves. */
  private static final double UDP_OF_TCP = 1.1;

  private Bars() {}

  static Bar besideFloor(Scenario scenario, String floor) {
    if (scenario.situation().ring != null) {
      return scenario.situation().flows > 1 && scenario.mode() == Mode.TUN ? Bar.ratioAtMost(RING_OF_C) : Bar.NONE;
    }
    boolean fullnat = scenario.mode().method == Method.FULLNAT;
    if (scenario.situation() == Situation.HIT && !fullnat && scenario.family() == Family.IPV4) {
      return Bar.ratioAtMost(Floors.isA(floor) ? ONE_FLOW_OF_A : ONE_FLOW_OF_B);
    }
    return scenario.situation() == Situation.MILLION && Floors.isB(floor) ? Bar.ratioAtMost(MILLION_FLOWS_OF_B) : Bar.NONE;
  }

  /** Sets one established flow beside our own NAT, IPv4 and TCP, where those have been measured. */
  static Figure besideOurselves(Scenario scenario, Figure figure, Map<String, Series> ours) {
    if (scenario.situation().ring != null && scenario.situation().flows > 1 && scenario.mode() == Mode.DR) {
      return beside(Floors.C + ", TUN", ours.get(Floors.C + ", " + scenario.with(Mode.TUN).label()), RING_OF_C, figure);
    }
    if (scenario.situation() != Situation.HIT) {
      return figure;
    }
    if (scenario.mode().method == Method.FULLNAT) {
      Mode nat = scenario.mode().reply ? Mode.NAT_OUT : Mode.NAT_IN;
      figure = beside("NAT", scenario.with(nat), FULLNAT_OF_NAT, figure, ours);
    }
    if (scenario.family() == Family.IPV6) {
      figure = beside("IPv4", scenario.with(Family.IPV4), IPV6_OF_IPV4, figure, ours);
    }
    if (scenario.transport() == Transport.UDP) {
      figure = beside("TCP", scenario.with(Transport.TCP), UDP_OF_TCP, figure, ours);
    }
    return figure;
  }

  private static Figure beside(String with, Scenario other, double most, Figure figure, Map<String, Series> ours) {
    return beside(with, ours.get(other.label()), most, figure);
  }

  private static Figure beside(String with, Series reference, double most, Figure figure) {
    return reference == null ? figure : figure.beside(with, reference, Bar.ratioAtMost(most));
  }
}
