// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

/** Nanoseconds a packet by BPF_PROG_TEST_RUN, net of the harness, beside floor programs. */
final class Packets implements Part {
  @Override
  public String name() {
    return "packets";
  }

  @Override
  public String title() {
    return "Nanoseconds a packet on one CPU by BPF_PROG_TEST_RUN, net of the harness, beside floor programs in the same turns.";
  }

  @Override
  public void run(Report report) {
    Machine.pinThread();
    try (Lab lab = new Lab(); Harness harness = new Harness(lab.uplink)) {
      Meter meter = report.quick() ? new Meter(harness, 5, 50_000, new Patience(1, 3)) : new Meter(harness, 7, 100_000, new Patience(3, 24));
      new Suite(lab, harness, meter, report).run();
    }
  }
}
