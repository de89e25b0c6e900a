// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import com.fasterxml.jackson.core.JsonProcessingException;

/** What the client does to a contender, for a second or less. */
enum Load {
  /** HTTP requests, one after the other over {@value Wrk#CONNECTIONS} connections that stay. */
  KEEP_ALIVE("keep-alive", "req/s", "us/req"),
  /** An HTTP request over each connection, which the server then closes. */
  CONNECTIONS("new connections", "conn/s", "us/conn"),
  /** One connection, as fast as it goes. */
  BULK("bulk", "Gbit/s", "us/MB");

  private static final double BITS = 8;

  /** SYN, request, FIN. */
  private static final int PACKETS_OF_CONNECTION = 3;

  /** As the report names it. */
  final String title;

  final String rateUnit;
  final String cpuUnit;

  Load(String title, String rateUnit, String cpuUnit) {
    this.title = title;
    this.rateUnit = rateUnit;
    this.cpuUnit = cpuUnit;
  }

  /**
   * What came of it.
   *
   * @param packets that the client certainly sent to the service for HTTP
   * @param rate in {@link #rateUnit}
   * @param cpuMicros of the whole machine for a request, a connection, a megabyte
   * @param p99Millis latency; NaN where there are no requests
   */
  record Burst(long packets, double rate, double cpuMicros, double p99Millis) {}

  Burst run(ProgramHosts hosts, Contender contender) throws JsonProcessingException {
    double before = CpuTime.seconds();
    if (this == BULK) {
      Iperf.Result got = Iperf.parse(hosts.run(Iperf.command(contender)));
      double micros = (CpuTime.seconds() - before) * 1e6;
      return new Burst(0, got.bytes() * BITS / got.seconds() / 1e9, micros / (got.bytes() / 1e6), Double.NaN);
    }
    boolean keepAlive = this == KEEP_ALIVE;
    Wrk.Result got = Wrk.parse(hosts.run(Wrk.command(contender, keepAlive)));
    double micros = (CpuTime.seconds() - before) * 1e6;
    return new Burst(
        keepAlive ? got.requests() : PACKETS_OF_CONNECTION * got.requests(), got.requests() / got.seconds(), micros / got.requests(), got.p99Millis());
  }
}
